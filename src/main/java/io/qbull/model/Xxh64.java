package io.qbull.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XXH64 with seed 0, as the xxHash specification describes it (Yann Collet, "XXH64 algorithm description"). Implemented here because
 * the model depends on {@code java.*} only. A test compares it with a library. Pure.
 */
final class Xxh64 {
    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Xxh64() {}

    @SuppressWarnings("ConstantOverflow") // The algorithm is defined modulo 2^64.
    static long hash(byte[] input) {
        int at = 0;
        long hash;
        if (input.length >= 32) {
            long a = P1 + P2;
            long b = P2;
            long c = 0;
            long d = -P1;
            for (; at <= input.length - 32; at += 32) {
                a = round(a, (long) LONG.get(input, at));
                b = round(b, (long) LONG.get(input, at + 8));
                c = round(c, (long) LONG.get(input, at + 16));
                d = round(d, (long) LONG.get(input, at + 24));
            }
            hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        } else {
            hash = P5;
        }
        return avalanche(tail(hash + input.length, input, at));
    }

    private static long tail(long start, byte[] input, int from) {
        long hash = start;
        int at = from;
        for (; at <= input.length - 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONG.get(input, at)), 27) * P1 + P4;
        }
        if (at <= input.length - 4) {
            hash = Long.rotateLeft(hash ^ ((int) INT.get(input, at) & 0xFFFFFFFFL) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < input.length; at++) {
            hash = Long.rotateLeft(hash ^ (input[at] & 0xFF) * P5, 11) * P1;
        }
        return hash;
    }

    private static long round(long accumulator, long lane) {
        return Long.rotateLeft(accumulator + lane * P2, 31) * P1;
    }

    private static long merge(long hash, long accumulator) {
        return (hash ^ round(0, accumulator)) * P1 + P4;
    }

    private static long avalanche(long start) {
        long hash = (start ^ start >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }
}
