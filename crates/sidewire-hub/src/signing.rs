//! Signatures: of channels for subscribers, of HTTP calls for publishers.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;

/// `<key>:<hex>` for a private channel: HMAC-SHA256 over `<socket id>:<channel>`.
///
/// The caller must have checked both parts: a socket id with a colon could make one signature serve two purposes.
pub fn channel_signature(key: &str, secret: &str, socket_id: &str, channel: &str) -> String {
    format!("{key}:{}", hmac_hex(secret.as_bytes(), format!("{socket_id}:{channel}").as_bytes()))
}

/// The whole query string, signature included, of an HTTP API call.
///
/// `unix_s` is the present in seconds; `body` is `None` for a GET. Only names and values that need no escaping are
/// signed here; that covers all parameters of the API.
pub fn sign_query(
    key: &str,
    secret: &str,
    method: &str,
    path: &str,
    unix_s: u64,
    body: Option<&[u8]>,
    extra: &[(&str, &str)],
) -> String {
    let mut pairs: Vec<(String, String)> = vec![
        ("auth_key".to_owned(), key.to_owned()),
        ("auth_timestamp".to_owned(), unix_s.to_string()),
        ("auth_version".to_owned(), "1.0".to_owned()),
    ];
    if let Some(body) = body {
        pairs.push(("body_md5".to_owned(), md5_hex(body)));
    }
    pairs.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let signature = query_signature(secret, method, path, &pairs);
    format!("{}&auth_signature={signature}", joined(&pairs))
}

/// The signature of decoded query pairs; `auth_signature` among them is left out.
pub fn query_signature(secret: &str, method: &str, path: &str, pairs: &[(String, String)]) -> String {
    hmac_hex(secret.as_bytes(), format!("{method}\n{path}\n{}", joined(pairs)).as_bytes())
}

/// Compares without telling by its duration where the difference is. The length is not secret.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// HMAC-SHA256 in lower-case hex.
pub fn hmac_hex(key: &[u8], message: &[u8]) -> String {
    // HMAC hashes a long key and pads a short one with zeros. Doing that here makes the constructor infallible.
    let mut block = [0_u8; 64];
    let hashed;
    let short = if key.len() > block.len() {
        hashed = Sha256::digest(key);
        hashed.as_slice()
    } else {
        key
    };
    for (slot, byte) in block.iter_mut().zip(short) {
        *slot = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    hex(mac.finalize().into_bytes().as_slice())
}

/// MD5 in lower-case hex: the API's checksum of a body, not a protection.
pub fn md5_hex(bytes: &[u8]) -> String {
    hex(Md5::digest(bytes).as_slice())
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

fn joined(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = pairs.iter().filter(|(n, _)| n != "auth_signature").collect();
    sorted.sort();
    sorted.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channel_signature_equals_the_vector_computed_with_node_crypto() {
        assert_eq!(
            channel_signature("dev-key", "dev-secret", "1234.5678", "private-session-A"),
            "dev-key:b6b61f59a28ad48c67259a29591543fb5e255b2d93c21c59424cf11558644eec"
        );
    }

    #[test]
    fn hmac_equals_the_vectors_of_rfc_4231_for_a_short_and_a_long_key() {
        assert_eq!(
            hmac_hex(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hmac_hex(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_signed_query_equals_the_example_of_the_pusher_documentation() {
        let body = br#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#;
        let query = sign_query(
            "278d425bdf160c739803",
            "7ad3773142a6692b25b8",
            "POST",
            "/apps/3/events",
            1_353_088_179,
            Some(body),
            &[],
        );
        assert_eq!(
            query,
            "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0\
             &body_md5=ec365a775a4cd0599faeb73354201b6f\
             &auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
        );
    }

    #[test]
    fn comparison_needs_equal_length_and_equal_bytes() {
        assert!(constant_time_eq(b"abc", b"abc"));
        assert!(!constant_time_eq(b"abc", b"abd"));
        assert!(!constant_time_eq(b"abc", b"ab"));
    }
}
