package io.qbull.model;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What a stage really failed with. */
public final class Causes {
    private Causes() {}

    /**
     * @param failure what a stage ended with; null if it did not fail
     * @return the same without the wrapper that dependent stages add
     */
    public static @Nullable Throwable bare(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
