//! Sixteen bytes at a time: where a string or a number ends, and whether two texts are the same.

/// Bytes that are looked at together.
pub(crate) const WIDTH: usize = 16;

/// The index of the first quote, backslash or control character from `at` on; the end of the bytes if there is none.
#[inline]
pub(crate) fn plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = chunk_at(bytes, at) {
        let found = special(chunk);
        at += found;
        if found < WIDTH {
            return at;
        }
    }
    while bytes.get(at).is_some_and(|&byte| !is_special(byte)) {
        at += 1;
    }
    at
}

/// The index of the first byte from `at` on that is no decimal digit.
#[inline]
pub(crate) fn digits(bytes: &[u8], mut at: usize) -> usize {
    if let Some(chunk) = chunk_at(bytes, at) {
        let found = no_digit(chunk);
        at += found;
        if found < WIDTH {
            return at;
        }
    }
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[inline]
pub(crate) fn chunk_at(bytes: &[u8], at: usize) -> Option<&[u8; WIDTH]> {
    bytes.get(at..)?.first_chunk()
}

#[inline]
pub(crate) const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether two texts are the same bytes. The comparison that comes with wasm's core library goes byte by byte.
#[inline]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last chunk overlaps the one before it.
    match (a.last_chunk::<WIDTH>(), b.last_chunk::<WIDTH>()) {
        (Some(a_last), Some(b_last)) => {
            let ((a, _), (b, _)) = (a.as_chunks::<WIDTH>(), b.as_chunks::<WIDTH>());
            a_last == b_last && a.iter().zip(b).all(|(a, b)| a == b)
        }
        _ => same_short(a, b),
    }
}

/// [`same`] for two texts of one length, shorter than a chunk.
#[inline]
fn same_short(a: &[u8], b: &[u8]) -> bool {
    if let (Some(first), Some(last)) = (a.first_chunk::<8>(), a.last_chunk::<8>()) {
        return b.first_chunk() == Some(first) && b.last_chunk() == Some(last);
    }
    if let (Some(first), Some(last)) = (a.first_chunk::<4>(), a.last_chunk::<4>()) {
        return b.first_chunk() == Some(first) && b.last_chunk() == Some(last);
    }
    a.iter().zip(b).all(|(a, b)| a == b)
}

/// A hash of some bytes, the same on every platform. Mixed well enough for tables of any size, and no defence against
/// somebody who wants collisions.
pub fn hash(bytes: &[u8]) -> u32 {
    let mix = |hash: u64, word: u64| {
        let product = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        product ^ (product >> 32)
    };
    let whole = bytes.as_chunks::<8>().0.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    // The last word overlaps the one before it.
    let last = match bytes.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last),
        None => bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    let mixed = mix(mix(whole, last), bytes.len() as u64);
    u32::try_from((mixed ^ mixed >> 32) & u64::from(u32::MAX)).unwrap_or(0)
}

#[cfg(target_feature = "simd128")]
mod vector {
    use core::arch::wasm32::{
        u8x16_bitmask, u8x16_eq, u8x16_gt, u8x16_lt, u8x16_splat, u8x16_sub, u64x2, v128, v128_or,
    };

    use super::WIDTH;

    fn load(chunk: &[u8; WIDTH]) -> v128 {
        match chunk.as_chunks::<8>().0 {
            [low, high] => u64x2(u64::from_le_bytes(*low), u64::from_le_bytes(*high)),
            _ => u8x16_splat(0),
        }
    }

    /// The place of the first byte that is marked; [`WIDTH`] if none is.
    fn first(marks: v128) -> usize {
        (u32::from(u8x16_bitmask(marks)) | 1 << WIDTH).trailing_zeros() as usize
    }

    /// The place of the first quote, backslash or control character.
    #[inline]
    pub(crate) fn special(chunk: &[u8; WIDTH]) -> usize {
        let bytes = load(chunk);
        let (quote, backslash) = (u8x16_splat(b'"'), u8x16_splat(b'\\'));
        let either = v128_or(u8x16_eq(bytes, quote), u8x16_eq(bytes, backslash));
        first(v128_or(either, u8x16_lt(bytes, u8x16_splat(0x20))))
    }

    /// The place of the first byte that is no digit.
    #[inline]
    pub(crate) fn no_digit(chunk: &[u8; WIDTH]) -> usize {
        first(u8x16_gt(u8x16_sub(load(chunk), u8x16_splat(b'0')), u8x16_splat(9)))
    }
}

#[cfg(not(target_feature = "simd128"))]
mod vector {
    use super::{WIDTH, is_special};

    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;

    /// The place of the first quote, backslash or control character, looked for in words of eight bytes.
    #[inline]
    pub(crate) fn special(chunk: &[u8; WIDTH]) -> usize {
        let [low, high] = chunk.as_chunks::<8>().0 else { return first(chunk, |byte| is_special(*byte)) };
        match specials(u64::from_le_bytes(*low)) {
            0 => specials(u64::from_le_bytes(*high)).trailing_zeros() as usize / 8 + 8,
            marks => marks.trailing_zeros() as usize / 8,
        }
    }

    /// Marks in the highest bits of bytes. A borrow can only raise a false mark above a true one, so the lowest mark
    /// is always right.
    fn specials(word: u64) -> u64 {
        let (quote, backslash) = (word ^ (ONES * u64::from(b'"')), word ^ (ONES * u64::from(b'\\')));
        let marks = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        marks & HIGHS
    }

    /// The place of the first byte that is no digit.
    #[inline]
    pub(crate) fn no_digit(chunk: &[u8; WIDTH]) -> usize {
        first(chunk, |byte| !byte.is_ascii_digit())
    }

    fn first(chunk: &[u8; WIDTH], is_it: impl Fn(&u8) -> bool) -> usize {
        chunk.iter().position(is_it).unwrap_or(WIDTH)
    }
}

use vector::no_digit;
pub(crate) use vector::special;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_only_if_every_byte_is() {
        for length in 0..70_u8 {
            let text: Vec<u8> = (0..length).collect();
            assert!(same(&text, &text.clone()));
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] ^= 1;
                assert!(!same(&text, &other) && !same(&text, &text[..at]), "{at} of {length}");
                assert_ne!(hash(&text), hash(&other));
            }
        }
    }

    #[test]
    fn what_ends_a_string_or_a_number_is_found_at_every_place_among_all_bytes() {
        for byte in 0..=u8::MAX {
            for (at, filler) in (0..40).flat_map(|at| [(at, b'7'), (at, 0xFF), (at, 0x21)]) {
                let mut bytes = [filler; 40];
                bytes[at] = byte;
                for from in [0, 1, 7, at] {
                    let special = bytes.iter().skip(from).position(|&byte| is_special(byte));
                    let end = bytes.iter().skip(from).position(|byte| !byte.is_ascii_digit());
                    assert_eq!(plain(&bytes, from), special.map_or(bytes.len(), |place| from + place));
                    assert_eq!(digits(&bytes, from), end.map_or(bytes.len(), |place| from + place));
                }
            }
        }
    }
}
