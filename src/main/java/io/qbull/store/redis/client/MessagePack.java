package io.qbull.store.redis.client;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads what a script has packed with {@code cmsgpack}: lists and texts, in the form of the
 * <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack specification</a>. These are all that scripts pack; the
 * library for this form uses {@code sun.misc.Unsafe}, of which newer JVMs warn the user. Pure.
 */
final class MessagePack {
    private static final int FIXED_LIST = 0x90;
    private static final int FIXED_TEXT = 0xa0;
    private static final int TEXT_8 = 0xd9;
    private static final int TEXT_16 = 0xda;
    private static final int TEXT_32 = 0xdb;
    private static final int LIST_16 = 0xdc;
    private static final int LIST_32 = 0xdd;

    private MessagePack() {}

    /**
     * @param packed a packed list
     * @return its items, lists and byte arrays
     * @throws IllegalArgumentException if it is something else
     */
    static List<Object> list(byte[] packed) {
        ByteBuffer in = ByteBuffer.wrap(packed);
        try {
            if (read(in) instanceof List<?> list && !in.hasRemaining()) {
                return Collections.unmodifiableList(list);
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a packed list breaks off", e);
        }
        throw new IllegalArgumentException("not a packed list");
    }

    private static Object read(ByteBuffer in) {
        int type = Byte.toUnsignedInt(in.get());
        if (type >= FIXED_LIST && type < FIXED_TEXT) {
            return list(in, type - FIXED_LIST);
        }
        if (type >= FIXED_TEXT && type < 0xc0) {
            return text(in, type - FIXED_TEXT);
        }
        return switch (type) {
            case TEXT_8 -> text(in, Byte.toUnsignedInt(in.get()));
            case TEXT_16 -> text(in, Short.toUnsignedInt(in.getShort()));
            case TEXT_32 -> text(in, in.getInt());
            case LIST_16 -> list(in, Short.toUnsignedInt(in.getShort()));
            case LIST_32 -> list(in, in.getInt());
            default -> throw new IllegalArgumentException("packed type " + type);
        };
    }

    private static List<Object> list(ByteBuffer in, int size) {
        checkSize(in, size);
        List<Object> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(read(in));
        }
        return list;
    }

    private static byte[] text(ByteBuffer in, int size) {
        checkSize(in, size);
        byte[] text = new byte[size];
        in.get(text);
        return text;
    }

    /** Each item takes a byte at least: a wrong size must not become a large allocation. */
    private static void checkSize(ByteBuffer in, int size) {
        if (size < 0 || size > in.remaining()) {
            throw new BufferUnderflowException();
        }
    }
}
