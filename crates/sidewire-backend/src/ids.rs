//! Identifiers and secrets from the operating system's generator.

use sidewire_hub::signing::hex;

/// No randomness, no service: the caller answers with an internal error.
pub(crate) type Result<T> = std::result::Result<T, getrandom::Error>;

/// 32 random bytes in hex.
pub(crate) fn secret() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// A random `UUIDv4`.
pub(crate) fn uuid_v4() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(uuid(u128::from_be_bytes(bytes), 4))
}

/// A `UUIDv7`: its first 48 bits are the time, so ids sort by creation.
pub(crate) fn uuid_v7(now_ms: i64) -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    let random = u128::from_be_bytes(bytes) >> 48;
    let time = u128::from(now_ms.unsigned_abs()) & 0xffff_ffff_ffff;
    Ok(uuid(time << 80 | random, 7))
}

fn uuid(bits: u128, version: u128) -> String {
    let bits = bits & !(0xf << 76) | version << 76;
    let bits = bits & !(0x3 << 62) | 0x2 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        bits >> 80 & 0xffff,
        bits >> 64 & 0xffff,
        bits >> 48 & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_v7_id_carries_its_time_version_and_variant() {
        let id = uuid_v7(0x0123_4567_89ab).unwrap();
        assert!(id.starts_with("01234567-89ab-7"), "{id}");
        assert_eq!(id.len(), 36);
        assert!("89ab".contains(id.as_bytes()[19] as char), "{id}");
        assert_eq!(uuid_v4().unwrap().as_bytes()[14], b'4');
    }
}
