//! Texts put together without the formatting machinery: seeds write millions of them.

/// Appends all parts.
pub(crate) fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// Appends a number in decimal.
pub(crate) fn push_number(out: &mut String, value: u64) {
    // Nine digits at once: a word of 32 bits is divided much faster than one of 64.
    const CHUNK: u64 = 1_000_000_000;
    if value >= CHUNK {
        push_number(out, value / CHUNK);
        push_digits(out, value % CHUNK, 9);
    } else {
        push_digits(out, value, 1);
    }
}

/// How many digits a number has in decimal.
pub(crate) fn decimals(value: u64) -> usize {
    value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Appends a number below 10^9 with at least so many digits.
fn push_digits(out: &mut String, value: u64, least: usize) {
    let mut rest = u32::try_from(value).unwrap_or(0);
    let mut digits = [b'0'; 9];
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        if rest == 0 && length >= least {
            break;
        }
        // A remainder of ten is below ten.
        *digit += u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        length += 1;
    }
    let written = digits.len() - length;
    out.push_str(digits.get(written..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or("0"));
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
            assert_eq!(decimals(value), text.len());
        }
    }
}
