//! Whole numbers in any spelling, without floating point: `2^53 + 1` must not silently become `2^53`.

/// The largest integer that JavaScript holds exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The value of a JSON number that is whole and lies in 0 ..= 2^53 − 1.
pub(super) fn integer(text: &[u8]) -> Option<u64> {
    if let Some(value) = plain(text) {
        return Some(value);
    }
    let (mantissa, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (text.get(..at)?, exponent(text.get(at + 1..)?)?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.iter().position(|&byte| byte == b'.') {
        Some(at) => (mantissa.get(..at)?, nonempty(mantissa.get(at + 1..)?)?),
        None => (mantissa, &[][..]),
    };
    if nonempty(whole)?.len() > 1 && matches!(whole.first(), Some(b'0')) {
        return None;
    }
    // How many digits stand before the point once the exponent has moved it.
    let point = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
    let (mut value, mut place) = (0_u64, 0_i64);
    for byte in whole.iter().chain(fraction) {
        let digit = u64::from(byte.checked_sub(b'0').filter(|&digit| digit <= 9)?);
        if place < point {
            value = shift(value, digit)?;
        } else if digit != 0 {
            return None;
        }
        place += 1;
    }
    // Ends after at most 16 rounds: the value is zero or soon too large.
    while place < point && value != 0 {
        value = shift(value, 0)?;
        place += 1;
    }
    Some(value)
}

/// Digits and nothing else, few enough for no bound to matter: how nearly all numbers are written.
fn plain(text: &[u8]) -> Option<u64> {
    if text.len() > 15 || text.len() != 1 && matches!(text, [] | [b'0', ..]) {
        return None;
    }
    let mut value = 0;
    for byte in text {
        value = value * 10 + u64::from(byte.checked_sub(b'0').filter(|&digit| digit <= 9)?);
    }
    Some(value)
}

fn shift(value: u64, digit: u64) -> Option<u64> {
    Some(value * 10 + digit).filter(|&value| value <= MAX_SAFE)
}

fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', digits) => (true, digits),
        (b'+', digits) => (false, digits),
        _ => (false, text),
    };
    let mut value = 0_i64;
    for byte in nonempty(digits)? {
        let digit = byte.checked_sub(b'0').filter(|&digit| digit <= 9)?;
        value = value.saturating_mul(10).saturating_add(i64::from(digit));
    }
    Some(if negative { -value } else { value })
}

fn nonempty(digits: &[u8]) -> Option<&[u8]> {
    (!digits.is_empty()).then_some(digits)
}
