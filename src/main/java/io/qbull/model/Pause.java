package io.qbull.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a person keeps from going on.
 *
 * @param scope how much of the queue
 * @param by who, in words
 * @param reason why, in words; may be empty
 * @param sinceMillis when it began, ms since 1970, by Redis's clock
 * @param untilMillis when it ends by itself, by the same clock; null if it does not
 * @param left how long it was until then when it was read; null if it does not end by itself
 */
public record Pause(
        Scope scope,
        String by,
        String reason,
        long sinceMillis,
        @Nullable Long untilMillis,
        @Nullable Duration left) {

    /**
     * @param other a pause that was read at another time
     * @return whether it is this one
     */
    public boolean same(Pause other) {
        return scope.equals(other.scope) && sinceMillis == other.sinceMillis && by.equals(other.by);
    }

    /** How much of a queue a pause is about. */
    public sealed interface Scope {
        /** No job of the queue starts. */
        record Queue() implements Scope {}

        /** The queue takes no new jobs; those that it has run: it drains. */
        record NewJobs() implements Scope {}

        /**
         * No job of a partition starts.
         *
         * @param index of the partition, 0 or more
         */
        record Partition(int index) implements Scope {
            /**
             * @throws IllegalArgumentException if no queue has such a partition
             */
            public Partition {
                if (index < 0 || index >= Layout.MOST_PARTITIONS) {
                    throw new IllegalArgumentException(
                            "partition (" + index + ") must be 0 to " + (Layout.MOST_PARTITIONS - 1));
                }
            }
        }

        /**
         * No job of a key starts.
         *
         * @param key the key
         */
        record Key(String key) implements Scope {
            /**
             * @throws IllegalArgumentException if it is empty
             */
            public Key {
                if (key.isEmpty()) {
                    throw new IllegalArgumentException("the key is empty");
                }
            }
        }
    }
}
