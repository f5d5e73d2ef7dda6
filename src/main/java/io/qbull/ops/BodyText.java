package io.qbull.ops;

import io.qbull.model.Utf8;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Tells text from other bytes. */
public final class BodyText {
    private BodyText() {}

    /**
     * @param bytes any
     * @return the bytes as text; null if they are not UTF-8, or contain control characters other than tabs and line ends
     */
    public static @Nullable String of(byte[] bytes) {
        String text;
        try {
            text = Utf8.decode(bytes);
        } catch (CharacterCodingException e) {
            return null;
        }
        boolean plain = text.chars().allMatch(c -> !Character.isISOControl(c) || c == '\t' || c == '\n' || c == '\r');
        return plain ? text : null;
    }
}
