#!/usr/bin/env python3
"""Speaks the demo's script: one Ogg/Vorbis file a person, each with the silence while the other talks.

Run it after changing crates/server/src/cli/demo/script.txt; needs espeak-ng and sox with Vorbis."""

import pathlib
import subprocess
import tempfile

DEMO = pathlib.Path(__file__).parent.parent / "crates/server/src/cli/demo"
VOICES = {"Ann": ["-v", "en-us+f3", "-s", "140"], "Ben": ["-v", "en-us+m3", "-s", "135"]}
PAUSE = 1.0  # seconds between two lines


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout


with tempfile.TemporaryDirectory() as scratch:
    now, said = PAUSE, {name: [] for name in VOICES}
    for nth, line in enumerate((DEMO / "script.txt").read_text().splitlines()):
        name, words = line.split(": ", 1)
        raw, wav = (pathlib.Path(scratch) / f"{nth}{end}" for end in (".raw.wav", ".wav"))
        run("espeak-ng", *VOICES[name], "-w", raw, words)
        run("sox", raw, "-r", "16000", "-c", "1", "-b", "16", wav, "norm", "-3", "pad", f"{now:.2f}", "0")
        said[name].append(wav)
        now = float(run("soxi", "-D", wav)) + PAUSE
    for name, tracks in said.items():
        mix = ["-m", *tracks] if len(tracks) > 1 else tracks
        run("sox", *mix, "-C", "2", DEMO / f"{name.lower()}.ogg", "norm", "-3", "pad", "0", "1")
    print(f"{now:.0f} s")
