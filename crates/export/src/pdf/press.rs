//! The typst compiler with one template, one file of values, and the fonts inside the binary.

use crate::ExportError;
use std::sync::LazyLock;
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_kit::fonts::{self, FontStore};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// What never changes between pages.
struct Press {
    library: LazyHash<Library>,
    fonts: FontStore,
    template: Source,
    values: FileId,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let mut fonts = FontStore::new();
    fonts.extend(fonts::embedded());
    Press {
        library: LazyHash::new(Library::builder().build()),
        fonts,
        template: Source::new(file("minutes.typ"), include_str!("../../templates/minutes.typ").into()),
        values: file("sheet.json"),
    }
});

fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("a plain file name is a path");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Sets the template with `values` (a sheet as JSON) and writes it as PDF.
pub(super) fn print(values: Vec<u8>) -> Result<Vec<u8>, ExportError> {
    let page = Page { press: &PRESS, values: Bytes::new(values) };
    let document = typst::compile::<PagedDocument>(&page).output.map_err(|e| fault(&e))?;
    // Without a clock and with its name fixed, the same pages are the same bytes.
    let options = PdfOptions { creator: Smart::Custom(Some("Huddle".into())), ..PdfOptions::default() };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|e| fault(&e));
    // Typst remembers everything it ever laid out; a server prints other pages next time.
    typst::comemo::evict(0);
    bytes
}

fn fault(errors: &[SourceDiagnostic]) -> ExportError {
    ExportError::Pdf(errors.iter().map(|e| e.message.to_string()).collect::<Vec<_>>().join("; "))
}

/// The whole world that typst sees while it sets one meeting.
struct Page {
    press: &'static Press,
    values: Bytes,
}

impl World for Page {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        self.press.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() { Ok(self.press.template.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.values { Ok(self.values.clone()) } else { Err(missing(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
