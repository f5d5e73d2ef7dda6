package io.qbull.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Compares media types as RFC 9110 does: without case, and parameters apart. Pure. */
public final class MediaType {
    private MediaType() {}

    /**
     * @param contentType such as {@code Application/JSON ; charset=utf-8}; null = none
     * @return type and subtype in lower case, such as {@code application/json}; empty if there is none
     */
    public static String of(@Nullable String contentType) {
        return contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }
}
