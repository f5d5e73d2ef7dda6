package io.qbull.resize;

import io.qbull.model.Position;

/**
 * A job that was read from the log of a partition in order to move it.
 *
 * @param position where it is
 * @param hash hash of its key
 * @param content what is copied
 * @param <E> the type of that
 */
public record LogEntry<E>(Position position, long hash, E content) {}
