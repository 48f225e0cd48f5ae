//! Numbers as text. `format!` would bring the whole formatting machinery into what users download.

/// A number in decimal digits.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    /// Spells a number.
    pub fn of(number: impl Into<u64>) -> Self {
        Self::spell(number.into())
    }

    fn spell(mut number: u64) -> Self {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        for place in digits.iter_mut().rev() {
            *place = b"0123456789".get(usize::try_from(number % 10).unwrap_or(0)).copied().unwrap_or(b'0');
            number /= 10;
            start -= 1;
            if number == 0 {
                break;
            }
        }
        Self { digits, start }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        self.digits.get(self.start..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

/// Appends a number in decimal digits.
pub(crate) fn push(out: &mut String, number: u64) {
    out.push_str(Decimal::spell(number).as_str());
}

/// Appends the lowest `digits` hexadecimal digits of a number.
pub(crate) fn push_hex(out: &mut String, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        let nibble = number >> (4 * place) & 0xF;
        out.push(u32::try_from(nibble).ok().and_then(|nibble| char::from_digit(nibble, 16)).unwrap_or('0'));
    }
}

/// The number that decimal digits spell; `None` for anything else and for more than 64 bits.
pub(crate) fn read(text: &str) -> Option<u64> {
    let digit = |value: u64, byte: u8| {
        let digit = byte.checked_sub(b'0').filter(|&digit| digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    };
    if text.is_empty() { None } else { text.bytes().try_fold(0, digit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_standard_library_writes_them() {
        for number in [0, 7, 10, 1234, 1_795_288_916_499, u64::MAX - 1, u64::MAX] {
            let mut hex = String::new();
            push_hex(&mut hex, number, 16);

            assert_eq!(Decimal::of(number).as_str(), number.to_string());
            assert_eq!(hex, format!("{number:016x}"));
            assert_eq!(read(&number.to_string()), Some(number));
        }
        for bad in ["", "-1", "+1", "1.0", "x", "18446744073709551616", " 1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
