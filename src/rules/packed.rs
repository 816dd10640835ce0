//! Parts of patterns as bytes: the build script writes those of built-in rules, so that the program need not parse their
//! patterns.

use regex_syntax::hir::Look;

use super::part::{Bytes, Choice, Part, Repetition};
use super::shorthand::Expansion;

/// What each kind of part begins with.
mod tag {
    pub(super) const EMPTY: u8 = 0;
    pub(super) const LITERAL: u8 = 1;
    pub(super) const CLASS: u8 = 2;
    pub(super) const LOOK: u8 = 3;
    pub(super) const SECRET: u8 = 4;
    pub(super) const CONCAT: u8 = 5;
    pub(super) const ALTERNATION: u8 = 6;
    pub(super) const REPETITION: u8 = 7;
    pub(super) const SHARED: u8 = 8;
    pub(super) const UNKNOWN: u8 = 9;
}

/// The places that attempts know, by their numbers in bytes.
const LOOKS: [Look; 4] = [Look::Start, Look::End, Look::WordAscii, Look::WordAsciiNegate];

/// Appends a part as bytes: a tag, then what it is made of; numbers have seven bits a byte, the lowest first.
pub(super) fn write(part: &Part, out: &mut Vec<u8>) {
    match part {
        Part::Empty => out.push(tag::EMPTY),
        Part::Literal(literal) => {
            out.push(tag::LITERAL);
            write_number(literal.len() as u32, out);
            out.extend_from_slice(literal);
        }
        Part::Class(class) => {
            let ranges = class.ranges();
            out.extend_from_slice(&[tag::CLASS, ranges.len() as u8]);
            ranges.into_iter().for_each(|(first, last)| out.extend_from_slice(&[first, last]));
        }
        Part::Look(look) => match LOOKS.iter().position(|known| known == look) {
            Some(number) => out.extend_from_slice(&[tag::LOOK, number as u8]),
            None => out.push(tag::UNKNOWN),
        },
        Part::Secret(part) => {
            out.push(tag::SECRET);
            write(part, out);
        }
        Part::Concat(parts) => {
            out.push(tag::CONCAT);
            write_number(parts.len() as u32, out);
            parts.iter().for_each(|part| write(part, out));
        }
        Part::Alternation(choices) => {
            out.push(tag::ALTERNATION);
            write_number(choices.len() as u32, out);
            choices.iter().for_each(|choice| write(&choice.part, out));
        }
        Part::Repetition(repetition) => {
            out.extend_from_slice(&[tag::REPETITION, u8::from(repetition.greedy)]);
            write_number(repetition.least, out);
            write_number(repetition.most.map_or(0, |most| most + 1), out);
            write(&repetition.choice.part, out);
        }
        Part::Shared(long, _) => {
            out.extend_from_slice(&[tag::SHARED, long.number as u8, u8::from(long.ignores_case)]);
        }
        Part::Unknown => out.push(tag::UNKNOWN),
    }
}

/// Reads what [`write()`] has written from the front of `bytes`, and takes it away there.
pub(super) fn take(bytes: &mut &[u8]) -> Part {
    match take_byte(bytes) {
        tag::EMPTY => Part::Empty,
        tag::LITERAL => {
            let length = take_number(bytes) as usize;
            let (literal, rest) = bytes.split_at(length);
            *bytes = rest;
            Part::Literal(literal.into())
        }
        tag::CLASS => {
            let mut class = Bytes::default();
            for _ in 0..take_byte(bytes) {
                class.add_range(take_byte(bytes), take_byte(bytes));
            }
            Part::Class(class)
        }
        tag::LOOK => Part::Look(LOOKS[usize::from(take_byte(bytes))]),
        tag::SECRET => Part::Secret(Box::new(take(bytes))),
        tag::CONCAT => Part::Concat((0..take_number(bytes)).map(|_| take(bytes)).collect()),
        tag::ALTERNATION => Part::Alternation((0..take_number(bytes)).map(|_| Choice::of(take(bytes))).collect()),
        tag::REPETITION => {
            let greedy = take_byte(bytes) != 0;
            let (least, most) = (take_number(bytes), take_number(bytes).checked_sub(1));
            let choice = Choice::of(take(bytes));
            Part::Repetition(Box::new(Repetition { choice, least, most, greedy }))
        }
        tag::SHARED => {
            let (number, ignores_case) = (take_byte(bytes).into(), take_byte(bytes) != 0);
            Part::shared(Expansion { number, ignores_case })
        }
        _ => Part::Unknown,
    }
}

fn write_number(mut number: u32, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> u32 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = take_byte(bytes);
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return number;
        }
        shift += 7;
    }
}

fn take_byte(bytes: &mut &[u8]) -> u8 {
    let (&first, rest) = bytes.split_first().expect("parts are whole");
    *bytes = rest;
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_same_after_it_was_bytes() {
        let all = crate::rules::Catalogue::builtin();
        let own = [r"^a{0,3}?(?<secret>(?i:b)|%key%x)(?:%assign%)?\B[^c]{200,}", r"\b$é(?<secret>)"];
        for text in all.rules().iter().map(|rule| &*rule.pattern).filter(|text| !text.is_empty()).chain(own) {
            let part = Part::read(text).expect("it is a pattern");
            let mut bytes = Vec::new();
            write(&part, &mut bytes);
            let mut rest = &bytes[..];
            assert_eq!(take(&mut rest), part, "{text}");
            assert!(rest.is_empty(), "{text}");
        }
    }
}
