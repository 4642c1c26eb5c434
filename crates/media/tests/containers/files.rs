//! Small files of every container, made by hand: no encoder has to be installed.

use opus::{Application, Channels, Encoder};

/// Name, bytes, and the milliseconds that they last.
pub type Made = (&'static str, Vec<u8>, u64);

/// One of each.
pub fn all() -> Vec<Made> {
    vec![
        ("wav", wav(), 1_000),
        ("flac", flac(), 1_000),
        ("mp3", mp3(), 1_018),
        ("ogg opus", ogg_opus(), 1_000),
        ("ogg vorbis", VORBIS.to_vec(), 2_367),
        ("webm", webm(), 1_000),
        ("m4a", m4a(), 1_021),
    ]
}

/// A synthetic voice that counts to five.
const VORBIS: &[u8] = include_bytes!("../../../server/src/cli/doctor/numbers.ogg");

fn tone() -> impl Iterator<Item = i16> {
    (0..16_000).map(|n| ((n as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin() * 8_000.0) as i16)
}

fn wav() -> Vec<u8> {
    let mut file =
        b"RIFF\x24\x7d\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\x7d\0\0"
            .to_vec();
    file.extend(tone().flat_map(i16::to_le_bytes));
    file
}

/// Ten frames, each 1,600 times the same sample.
fn flac() -> Vec<u8> {
    let mut file = b"fLaC\x80\0\0\x22\x06\x40\x06\x40\0\0\0\0\0\0".to_vec();
    file.extend([0x03, 0xe8, 0x00, 0xf0, 0x00, 0x00, 0x3e, 0x80]);
    file.extend([0; 16]);
    for number in 0..10u8 {
        let mut frame = vec![0xff, 0xf8, 0x70, 0x00, number, 0x06, 0x3f];
        frame.push(crc(&frame, 0x07, 8) as u8);
        frame.extend([0, 0, number]);
        frame.extend((crc(&frame, 0x8005, 16) as u16).to_be_bytes());
        file.extend(frame);
    }
    file
}

fn crc(bytes: &[u8], polynomial: u32, bits: u32) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << (bits - 8)), |crc, _| {
            let out = (crc >> (bits - 1)) & 1;
            ((crc << 1) ^ (polynomial * out)) & ((1 << bits) - 1)
        })
    })
}

/// 39 frames of 128 kbit/s without anything in them.
fn mp3() -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x90, 0xc0];
    frame.resize(417, 0);
    frame.repeat(39)
}

fn opus_packets() -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(16_000, Channels::Mono, Application::Voip).expect("an encoder");
    let samples: Vec<i16> = tone().collect();
    samples.chunks(320).map(|piece| encoder.encode_vec(piece, 1_275).expect("encoded")).collect()
}

fn ogg_opus() -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("log.ogg");
    let mut log = huddle_media::OpusLog::create(&path, 7).expect("made");
    let samples: Vec<i16> = tone().collect();
    samples.chunks(huddle_media::BLOCK).for_each(|block| log.append(block).expect("kept"));
    log.finish().expect("finished");
    std::fs::read(path).expect("there")
}

fn ebml(id: &[u8], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u64 | 1 << 56).to_be_bytes();
    [id, &size, content].concat()
}

/// Opus in Matroska (RFC 9559), as browsers record it.
fn webm() -> Vec<u8> {
    let head = [ebml(&[0x42, 0x82], b"webm"), ebml(&[0x42, 0x87], &[4]), ebml(&[0x42, 0x85], &[2])].concat();
    let audio = [ebml(&[0xb5], &48_000f32.to_be_bytes()), ebml(&[0x9f], &[1])].concat();
    let opus_head = b"OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0";
    let track = [
        ebml(&[0xd7], &[1]),
        ebml(&[0x73, 0xc5], &[1]),
        ebml(&[0x83], &[2]),
        ebml(&[0x86], b"A_OPUS"),
        ebml(&[0x63, 0xa2], opus_head),
        ebml(&[0xe1], &audio),
    ]
    .concat();
    let blocks = opus_packets().into_iter().zip((0u16..).step_by(20)).map(|(packet, at)| {
        let [high, low] = at.to_be_bytes();
        ebml(&[0xa3], &[&[0x81, high, low, 0x80][..], &packet].concat())
    });
    let cluster = [ebml(&[0xe7], &[0])].into_iter().chain(blocks).collect::<Vec<_>>().concat();
    let information = [
        ebml(&[0x2a, 0xd7, 0xb1], &1_000_000u32.to_be_bytes()),
        ebml(&[0x4d, 0x80], b"huddle"),
        ebml(&[0x57, 0x41], b"huddle"),
    ]
    .concat();
    let segment = [
        ebml(&[0x15, 0x49, 0xa9, 0x66], &information),
        ebml(&[0x16, 0x54, 0xae, 0x6b], &ebml(&[0xae], &track)),
        ebml(&[0x1f, 0x43, 0xb6, 0x75], &cluster),
    ]
    .concat();
    [ebml(&[0x1a, 0x45, 0xdf, 0xa3], &head), ebml(&[0x18, 0x53, 0x80, 0x67], &segment)].concat()
}

fn atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("small").to_be_bytes();
    [&size[..], kind, content].concat()
}

fn numbers(all: &[u32]) -> Vec<u8> {
    all.iter().flat_map(|n| n.to_be_bytes()).collect()
}

/// A frame of AAC-LC, one channel, in which nothing is.
const SILENT_AAC: [u8; 6] = [0x00, 0xc8, 0x00, 0x80, 0x23, 0x80];
const AAC_FRAMES: u32 = 44;

/// AAC-LC in MP4 (ISO/IEC 14496-12), 44.1 kHz.
fn m4a() -> Vec<u8> {
    let file_type = atom(b"ftyp", b"M4A \0\0\0\0M4A mp42isom");
    let samples = AAC_FRAMES * 1_024;
    let matrix = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
    let movie = atom(
        b"mvhd",
        &[
            numbers(&[0, 0, 0, 44_100, samples, 0x1_0000, 0x0100_0000, 0, 0]),
            numbers(&matrix),
            numbers(&[0; 6]),
            numbers(&[2]),
        ]
        .concat(),
    );
    let track = atom(
        b"tkhd",
        &[numbers(&[7, 0, 0, 1, 0, samples, 0, 0, 0, 0x0100_0000]), numbers(&matrix), numbers(&[0, 0])]
            .concat(),
    );
    let media = atom(b"mdhd", &numbers(&[0, 0, 0, 44_100, samples, 0x55c4_0000]));
    let handler = atom(b"hdlr", &[&numbers(&[0, 0])[..], b"soun", &[0; 13]].concat());
    let specific = [0x05, 2, 0x12, 0x08];
    let config = [&[0x04, 13 + 4, 0x40, 0x15][..], &[0; 11], &specific].concat();
    let descriptor = [&[0x03, 3 + 2 + 17 + 3, 0, 1, 0][..], &config, &[0x06, 1, 2]].concat();
    let esds = atom(b"esds", &[&[0; 4][..], &descriptor].concat());
    let entry = [
        &[0, 0, 0, 0, 0, 0, 0, 1][..],
        &[0; 8],
        &[0, 1, 0, 16, 0, 0, 0, 0],
        &numbers(&[44_100 << 16]),
        &esds,
    ];
    let tables = |first: u32| {
        let sizes = [vec![0, 0, AAC_FRAMES], vec![SILENT_AAC.len() as u32; AAC_FRAMES as usize]].concat();
        atom(
            b"stbl",
            &[
                atom(b"stsd", &[numbers(&[0, 1]), atom(b"mp4a", &entry.concat())].concat()),
                atom(b"stts", &numbers(&[0, 1, AAC_FRAMES, 1_024])),
                atom(b"stsc", &numbers(&[0, 1, 1, AAC_FRAMES, 1])),
                atom(b"stsz", &numbers(&sizes)),
                atom(b"stco", &numbers(&[0, 1, first])),
            ]
            .concat(),
        )
    };
    let whole = |first: u32| {
        let reference =
            atom(b"dinf", &atom(b"dref", &[numbers(&[0, 1]), atom(b"url ", &numbers(&[1]))].concat()));
        let information = atom(b"minf", &[atom(b"smhd", &[0; 8]), reference, tables(first)].concat());
        let media = atom(b"mdia", &[media.clone(), handler.clone(), information].concat());
        let track = atom(b"trak", &[track.clone(), media].concat());
        [file_type.clone(), atom(b"moov", &[movie.clone(), track].concat())].concat()
    };
    // Where the data begins does not change how long what comes before is.
    let first = u32::try_from(whole(0).len() + 8).expect("small");
    [whole(first), atom(b"mdat", &SILENT_AAC.repeat(AAC_FRAMES as usize))].concat()
}
