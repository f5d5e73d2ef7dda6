package io.qbull.store;

import io.qbull.model.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What leaves a partition for a resize as one: a job, or a bundle of held jobs of a key.
 *
 * @param position where it is
 * @param key key of its jobs; null if it cannot be told, and then it stays
 * @param jobs number of jobs
 * @param bytes size of its fields
 * @param contents what is to be written where it goes, for the store; nobody changes the arrays
 */
public record MovedItem(Position position, @Nullable String key, int jobs, long bytes, List<List<byte[]>> contents) {}
