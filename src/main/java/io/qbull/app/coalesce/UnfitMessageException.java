package io.qbull.app.coalesce;

import org.jspecify.annotations.Nullable;

/** A message that no window can ever take. The route names this class in {@code buryOn}: its next attempt would end like the first. */
public final class UnfitMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitMessageException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
