//! The C library (0.8+5prealpha, as Debian and Ubuntu have it), loaded when it is first needed, so that the
//! program starts without it. The only file with `unsafe` in it.

use crate::SpeechError;
use libloading::{Library, Symbol};
use std::{
    ffi::{CStr, CString, c_char, c_double, c_int, c_void},
    path::Path,
    ptr::{self, NonNull},
    sync::OnceLock,
};

/// The shared object whose interface is written down here; it brings sphinxbase along.
const LIBRARY: &str = "libpocketsphinx.so.3";

type Ptr = *mut c_void;

/// The functions that are used; the library stays loaded to the end of the process.
struct Api {
    cmd_ln_parse_r: unsafe extern "C" fn(Ptr, Ptr, i32, *mut *mut c_char, i32) -> Ptr,
    cmd_ln_free_r: unsafe extern "C" fn(Ptr) -> c_int,
    fe_start_stream: unsafe extern "C" fn(Ptr),
    fe_start_utt: unsafe extern "C" fn(Ptr) -> c_int,
    fe_process_utt: unsafe extern "C" fn(Ptr, *const i16, usize, *mut *mut *mut f32, *mut i32) -> c_int,
    fe_end_utt: unsafe extern "C" fn(Ptr, *mut f32, *mut i32) -> c_int,
    fe_free_2d: unsafe extern "C" fn(Ptr),
    fe_get_output_size: unsafe extern "C" fn(Ptr) -> c_int,
    jsgf_parse_file: unsafe extern "C" fn(*const c_char, Ptr) -> Ptr,
    jsgf_grammar_free: unsafe extern "C" fn(Ptr),
    logmath_exp: unsafe extern "C" fn(Ptr, c_int) -> c_double,
    ps_args: unsafe extern "C" fn() -> Ptr,
    ps_init: unsafe extern "C" fn(Ptr) -> Ptr,
    ps_free: unsafe extern "C" fn(Ptr) -> c_int,
    ps_get_fe: unsafe extern "C" fn(Ptr) -> Ptr,
    ps_get_logmath: unsafe extern "C" fn(Ptr) -> Ptr,
    ps_start_utt: unsafe extern "C" fn(Ptr) -> c_int,
    ps_process_raw: unsafe extern "C" fn(Ptr, *const i16, usize, c_int, c_int) -> c_int,
    ps_process_cep: unsafe extern "C" fn(Ptr, *mut *mut f32, c_int, c_int, c_int) -> c_int,
    ps_end_utt: unsafe extern "C" fn(Ptr) -> c_int,
    ps_get_hyp: unsafe extern "C" fn(Ptr, *mut i32) -> *const c_char,
    ps_seg_iter: unsafe extern "C" fn(Ptr) -> Ptr,
    ps_seg_next: unsafe extern "C" fn(Ptr) -> Ptr,
    ps_seg_word: unsafe extern "C" fn(Ptr) -> *const c_char,
    ps_seg_frames: unsafe extern "C" fn(Ptr, *mut c_int, *mut c_int),
    ps_seg_prob: unsafe extern "C" fn(Ptr, *mut i32, *mut i32, *mut i32) -> i32,
}

impl Api {
    fn load() -> Result<Self, libloading::Error> {
        // SAFETY: the library's initialisers do nothing but set up itself.
        let library: &'static Library = Box::leak(Box::new(unsafe { Library::new(LIBRARY)? }));
        /// Finds a function under its own name; its type is the field's.
        macro_rules! api {
            ($($name:ident),*) => {
                // SAFETY: the types above are those of the headers of this version of the library.
                Self { $($name: *unsafe { library.get(stringify!($name))? as Symbol<'static, _> }),* }
            };
        }
        // SAFETY: as above; a null file pointer switches the library's own log off.
        unsafe {
            let no_log: Symbol<'_, unsafe extern "C" fn(Ptr)> = library.get("err_set_logfp")?;
            no_log(ptr::null_mut());
        }
        Ok(api!(
            cmd_ln_parse_r,
            cmd_ln_free_r,
            fe_start_stream,
            fe_start_utt,
            fe_process_utt,
            fe_end_utt,
            fe_free_2d,
            fe_get_output_size,
            jsgf_parse_file,
            jsgf_grammar_free,
            logmath_exp,
            ps_args,
            ps_init,
            ps_free,
            ps_get_fe,
            ps_get_logmath,
            ps_start_utt,
            ps_process_raw,
            ps_process_cep,
            ps_end_utt,
            ps_get_hyp,
            ps_seg_iter,
            ps_seg_next,
            ps_seg_word,
            ps_seg_frames,
            ps_seg_prob
        ))
    }
}

fn api() -> Result<&'static Api, String> {
    static API: OnceLock<Result<Api, String>> = OnceLock::new();
    API.get_or_init(|| Api::load().map_err(|e| e.to_string())).as_ref().map_err(Clone::clone)
}

/// Whether the library is there; why not, otherwise.
pub(super) fn available() -> Result<(), String> {
    api().map(drop)
}

/// Whether the library understands a JSGF grammar.
pub(super) fn is_grammar(path: &Path) -> Result<bool, String> {
    let api = api()?;
    let path = c_string(&path.to_string_lossy());
    // SAFETY: a C string, and no parent grammar; what comes back is freed once.
    unsafe {
        let grammar = (api.jsgf_parse_file)(path.as_ptr(), ptr::null_mut());
        if !grammar.is_null() {
            (api.jsgf_grammar_free)(grammar);
        }
        Ok(!grammar.is_null())
    }
}

/// One word of a hypothesis, fillers included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// As the dictionary has it: `word`, `word(2)`, `<sil>`, `[NOISE]`.
    pub(super) word: String,
    /// First frame (10 ms).
    pub(super) first: usize,
    /// Last frame.
    pub(super) last: usize,
    /// Posterior probability, 0–1; only after a best-path search.
    pub(super) probability: f64,
}

/// Cepstra of an utterance, a row for every 10 ms.
pub(super) struct Frames {
    /// Values in a row; the first is the loudness.
    pub(super) width: usize,
    /// The rows, one after the other.
    pub(super) values: Vec<f32>,
}

/// A decoder with its own models. One thread at a time.
pub(super) struct Decoder {
    api: &'static Api,
    decoder: NonNull<c_void>,
    in_utterance: bool,
}

// SAFETY: a decoder keeps no thread-local state; `&mut` on every call sees to one thread at a time.
unsafe impl Send for Decoder {}

impl Decoder {
    /// Opens a decoder with options such as `("-lm", "…")`. `None` if the library refuses them.
    pub(super) fn open(options: &[(&str, String)]) -> Result<Option<Self>, SpeechError> {
        let api = api().map_err(SpeechError::Missing)?;
        let arguments: Vec<CString> = std::iter::once(c_string("huddle"))
            .chain(options.iter().flat_map(|(name, value)| [c_string(name), c_string(value)]))
            .collect();
        let mut pointers: Vec<*mut c_char> = arguments.iter().map(|a| a.as_ptr().cast_mut()).collect();
        let count = i32::try_from(pointers.len()).expect("a handful of options");
        // SAFETY: `arguments` outlives the calls; the library copies what it keeps. The decoder holds its
        // own reference to the configuration, so that ours is given back.
        let decoder = unsafe {
            let config =
                (api.cmd_ln_parse_r)(ptr::null_mut(), (api.ps_args)(), count, pointers.as_mut_ptr(), 0);
            if config.is_null() {
                return Ok(None);
            }
            let decoder = (api.ps_init)(config);
            (api.cmd_ln_free_r)(config);
            decoder
        };
        Ok(NonNull::new(decoder).map(|decoder| Self { api, decoder, in_utterance: false }))
    }

    /// Begins an utterance; one under way is dropped.
    pub(super) fn begin(&mut self) -> Result<(), SpeechError> {
        if self.in_utterance {
            self.end()?;
        }
        // SAFETY: a live decoder between utterances.
        self.check("begin", unsafe { (self.api.ps_start_utt)(self.decoder.as_ptr()) })?;
        self.in_utterance = true;
        Ok(())
    }

    /// Hears samples of the utterance under way.
    pub(super) fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        // SAFETY: pointer and length are those of one slice; the library does not keep it.
        let frames = unsafe {
            (self.api.ps_process_raw)(self.decoder.as_ptr(), samples.as_ptr(), samples.len(), 0, 0)
        };
        self.check("hear", frames.min(0))
    }

    /// Hears all of the utterance under way as the frames of [`Decoder::frames`].
    pub(super) fn hear_frames(&mut self, frames: &mut Frames) -> Result<(), SpeechError> {
        let mut rows: Vec<*mut f32> =
            frames.values.chunks_exact_mut(frames.width).map(|r| r.as_mut_ptr()).collect();
        let count = c_int::try_from(rows.len()).expect("an utterance has some thousand frames");
        // SAFETY: as many rows as said, each as wide as the front end makes them; they are copied.
        let heard =
            unsafe { (self.api.ps_process_cep)(self.decoder.as_ptr(), rows.as_mut_ptr(), count, 0, 1) };
        self.check("hear", heard.min(0))
    }

    /// What the front end makes of samples, between utterances.
    pub(super) fn frames(&mut self, samples: &[i16]) -> Result<Frames, SpeechError> {
        // SAFETY: the front end is the decoder's and lives as long. The block has `count` rows of `width`
        // values, one after the other, and is given back once; the last frame has room for a row.
        unsafe {
            let front = (self.api.ps_get_fe)(self.decoder.as_ptr());
            let width = usize::try_from((self.api.fe_get_output_size)(front)).unwrap_or(0).max(1);
            // Forgets the noise of other utterances, so that the same samples give the same frames.
            (self.api.fe_start_stream)(front);
            self.check("begin", (self.api.fe_start_utt)(front))?;
            let (mut block, mut count) = (ptr::null_mut::<*mut f32>(), 0);
            let code =
                (self.api.fe_process_utt)(front, samples.as_ptr(), samples.len(), &mut block, &mut count);
            self.check("listen", code)?;
            let mut values = Vec::new();
            if !block.is_null() {
                for row in 0..usize::try_from(count).unwrap_or(0) {
                    values.extend_from_slice(std::slice::from_raw_parts(*block.add(row), width));
                }
                (self.api.fe_free_2d)(block.cast());
            }
            let (mut last, mut more) = (vec![0.0; width], 0);
            self.check("listen", (self.api.fe_end_utt)(front, last.as_mut_ptr(), &mut more))?;
            if more > 0 {
                values.extend(last);
            }
            Ok(Frames { width, values })
        }
    }

    /// Ends the utterance: all passes of the search are made.
    pub(super) fn end(&mut self) -> Result<(), SpeechError> {
        self.in_utterance = false;
        // SAFETY: a live decoder within an utterance.
        self.check("end", unsafe { (self.api.ps_end_utt)(self.decoder.as_ptr()) })
    }

    /// The best hypothesis so far, as a line.
    pub(super) fn line(&mut self) -> String {
        // SAFETY: the string is the decoder's, and copied before anything else happens to it.
        unsafe {
            let line = (self.api.ps_get_hyp)(self.decoder.as_ptr(), ptr::null_mut());
            if line.is_null() { String::new() } else { CStr::from_ptr(line).to_string_lossy().into_owned() }
        }
    }

    /// The best hypothesis in pieces.
    pub(super) fn pieces(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut score = [0i32; 3];
        let [acoustic, language, back] = &mut score;
        // SAFETY: the iterator frees itself when it reaches its end, which it always does here.
        unsafe {
            let logmath = (self.api.ps_get_logmath)(self.decoder.as_ptr());
            let mut at = (self.api.ps_seg_iter)(self.decoder.as_ptr());
            while !at.is_null() {
                let (mut first, mut last) = (0, 0);
                (self.api.ps_seg_frames)(at, &mut first, &mut last);
                let log = (self.api.ps_seg_prob)(at, acoustic, language, back);
                pieces.push(Piece {
                    word: CStr::from_ptr((self.api.ps_seg_word)(at)).to_string_lossy().into_owned(),
                    first: usize::try_from(first).unwrap_or(0),
                    last: usize::try_from(last).unwrap_or(0),
                    probability: (self.api.logmath_exp)(logmath, log),
                });
                at = (self.api.ps_seg_next)(at);
            }
        }
        pieces
    }

    fn check(&self, deed: &str, code: c_int) -> Result<(), SpeechError> {
        if code < 0 { Err(SpeechError::Failed(format!("PocketSphinx could not {deed}"))) } else { Ok(()) }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the only reference, freed once.
        unsafe { (self.api.ps_free)(self.decoder.as_ptr()) };
    }
}

/// Without anything after a NUL, which no option has.
fn c_string(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}
