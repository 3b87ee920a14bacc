//! An independent verifier of bundles: needs only a bundle and public keys.
