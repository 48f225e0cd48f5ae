use super::*;

#[test]
fn a_written_string_reads_back_as_it_was() {
    let all: String = (0..0x300).filter_map(char::from_u32).chain("😀\u{2028}\u{FFFF}".chars()).collect();
    let mut out = String::new();

    write_str(&mut out, &all);

    assert_eq!(parse(out.as_bytes()).unwrap().as_str().unwrap(), all);
    assert_eq!(serde_json::from_str::<String>(&out).unwrap(), all);
}
