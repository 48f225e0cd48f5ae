//! What is written as JSON reads back.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use sidewire_core::json::{parse, write_str};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_written_reads_back(text in any::<String>()) {
        let mut out = String::from("[");
        write_str(&mut out, &text);
        out.push(']');
        let read = parse(out.as_bytes()).unwrap().elements().next().unwrap();
        prop_assert!(read.is_str(&text));
        prop_assert_eq!(serde_json::from_str::<Vec<String>>(&out).unwrap(), vec![text]);
    }
}
