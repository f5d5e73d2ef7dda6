package io.qbull.app.bench;

import java.nio.ByteBuffer;

/**
 * What the body of a measured job says. The rest of the body is zeros.
 *
 * @param key number of its key, from 0
 * @param number of the job among those of its key, from 0
 * @param due when it was to be sent, as {@link System#nanoTime}; 0 if that does not matter
 */
record Payload(int key, int number, long due) {
    /** The size of the shortest body, in bytes. */
    static final int SHORTEST = 16;

    /**
     * @param size of the body in bytes, at least {@link #SHORTEST}
     */
    byte[] body(int size) {
        return ByteBuffer.allocate(size).putInt(key).putInt(number).putLong(due).array();
    }

    /**
     * @param body that {@link #body} made
     */
    static Payload of(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        return new Payload(in.getInt(), in.getInt(), in.getLong());
    }
}
