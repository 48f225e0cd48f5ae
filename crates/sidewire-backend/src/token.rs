//! Access tokens: `sw1.<user in hex>.<expiry in s>.<HMAC>`. They say who and until when, and cannot be altered.

use sidewire_hub::signing::{constant_time_eq, hex, hmac_hex};

const VERSION: &str = "sw1";

/// Issues and checks tokens with one secret.
pub(crate) struct Tokens {
    secret: String,
}

/// Why a token is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not one of ours, or altered.
    Invalid,
    /// Ours, but its time is over.
    Expired,
}

impl Tokens {
    pub(crate) fn new(secret: String) -> Self {
        Self { secret }
    }

    pub(crate) fn issue(&self, user: &str, expires_s: u64) -> String {
        let claim = format!("{VERSION}.{}.{expires_s}", hex(user.as_bytes()));
        let mac = self.mac(&claim);
        format!("{claim}.{mac}")
    }

    /// The user. The signature is checked first, so that nothing unsigned is ever interpreted.
    pub(crate) fn check(&self, token: &str, now_s: u64) -> Result<String, Refused> {
        let (claim, mac) = token.rsplit_once('.').ok_or(Refused::Invalid)?;
        if !constant_time_eq(self.mac(claim).as_bytes(), mac.as_bytes()) {
            return Err(Refused::Invalid);
        }
        let mut parts = claim.split('.');
        let (Some(VERSION), Some(user), Some(expires)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Refused::Invalid);
        };
        let expires: u64 = expires.parse().map_err(|_| Refused::Invalid)?;
        if expires <= now_s {
            return Err(Refused::Expired);
        }
        unhex(user).ok_or(Refused::Invalid)
    }

    fn mac(&self, claim: &str) -> String {
        hmac_hex(self.secret.as_bytes(), claim.as_bytes())
    }
}

fn unhex(text: &str) -> Option<String> {
    let digits = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<Vec<u8>>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let bytes = pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_user_until_it_expires() {
        let tokens = Tokens::new("s".to_owned());
        let token = tokens.issue("zoë@example.org", 100);
        assert_eq!(tokens.check(&token, 99), Ok("zoë@example.org".to_owned()));
        assert_eq!(tokens.check(&token, 100), Err(Refused::Expired));
    }

    #[test]
    fn a_changed_or_foreign_token_is_invalid() {
        let tokens = Tokens::new("s".to_owned());
        let token = tokens.issue("anna", 100);
        let other_user = token.replace(&hex(b"anna"), &hex(b"bert"));
        let longer = token.replace(".100.", ".999.");
        let foreign = Tokens::new("t".to_owned()).issue("anna", 100);
        for bad in [other_user.as_str(), &longer, &foreign, "", "a.b.c.d", token.trim_start_matches('s')] {
            assert_eq!(tokens.check(bad, 1), Err(Refused::Invalid), "{bad}");
        }
    }
}
