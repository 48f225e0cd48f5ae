use super::*;

#[test]
fn a_written_string_reads_back_as_it_was() {
    let all: String = (0..0x300).filter_map(char::from_u32).chain("😀\u{2028}\u{FFFF}".chars()).collect();
    let mut out = String::new();

    write_str(&mut out, &all);

    assert_eq!(parse(out.as_bytes()).unwrap().as_str().unwrap(), all);
    assert_eq!(serde_json::from_str::<String>(&out).unwrap(), all);
}

#[test]
fn text_in_utf_16_keeps_lone_surrogates_there_and_back() {
    for json in [r#""a\ud83d""#, r#""\ude00\ud83dx""#, r#""\ud83d\n\"\\é😀\u0001""#] {
        let units = parse(json.as_bytes()).unwrap().as_units().unwrap();
        let mut written = String::new();
        write_units(&mut written, &units);

        assert_eq!(written, json);
    }
}

#[test]
fn malformed_text_is_appended_with_replacements() {
    let mut out = String::from("[");

    push_lossy(&mut out, "é😀".as_bytes());
    push_lossy(&mut out, b"a\xffb");

    assert_eq!(out, "[é😀a\u{FFFD}b");
}
