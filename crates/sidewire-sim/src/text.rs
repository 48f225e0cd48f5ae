//! Texts put together without the formatting machinery: seeds write millions of them.

/// Appends all parts.
pub(crate) fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// Appends a number in decimal.
pub(crate) fn push_number(out: &mut String, value: u64) {
    let (mut digits, mut at, mut rest) = ([b'0'; 20], 20_usize, value);
    loop {
        at = at.saturating_sub(1);
        if let Some(digit) = digits.get_mut(at) {
            // A remainder of ten is below ten.
            *digit += u8::try_from(rest % 10).unwrap_or(0);
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.push_str(digits.get(at..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or("0"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_formatting_writes_them() {
        for value in [0, 7, 10, 1_790_000_000_000, u64::MAX] {
            let mut text = String::new();
            push_number(&mut text, value);

            assert_eq!(text, value.to_string());
        }
    }
}
