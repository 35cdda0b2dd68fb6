"""XXH64, by which buckets are dealt: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md"""
import struct

MASK = 0xFFFF_FFFF_FFFF_FFFF
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def rotate(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


def step(lane, value):
    return rotate((lane + value * P2) & MASK, 31) * P1 & MASK


def xxh64(data, seed=0):
    """The hash of bytes."""
    at, length = 0, len(data)
    if length >= 32:
        lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
        while at + 32 <= length:
            lanes = [step(lane, value) for lane, value in zip(lanes, struct.unpack_from("<4Q", data, at))]
            at += 32
        hash_ = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            hash_ = ((hash_ ^ step(0, lane)) * P1 + P4) & MASK
    else:
        hash_ = (seed + P5) & MASK
    hash_ = (hash_ + length) & MASK
    while at + 8 <= length:
        hash_ = (rotate(hash_ ^ step(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= length:
        hash_ = (rotate(hash_ ^ struct.unpack_from("<I", data, at)[0] * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        hash_ = rotate(hash_ ^ byte * P5 & MASK, 11) * P1 & MASK
    hash_ = (hash_ ^ hash_ >> 33) * P2 & MASK
    hash_ = (hash_ ^ hash_ >> 29) * P3 & MASK
    return hash_ ^ hash_ >> 32


def bucket(key, salt):
    """Where a key falls: 0 to 9,999."""
    return xxh64(f"{key}|{salt}".encode()) % 10_000
