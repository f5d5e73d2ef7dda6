package io.qbull.ingest.http;

import io.qbull.model.NearName;
import io.qbull.model.Printable;
import io.vertx.core.MultiMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds headers that would be ignored although their sender relies on them, and reads the values of those that are kept. */
final class HeaderCheck {
    private static final String ID = "Idempotency-Key";
    /** A shorter name that is near is another word, such as {@code Key}. */
    private static final int SHORTEST = 10;

    private HeaderCheck() {}

    /**
     * @param headers of a request
     * @param kept headers that mean something to the receiver of the job, whatever their names
     * @throws ProblemException if there are two content types, or no Idempotency-Key but a header that is nearly named so: without the
     *     id that it should be, a repeated request would add its job again
     */
    static void clear(MultiMap headers, Set<String> kept) throws ProblemException {
        if (headers.getAll("Content-Type").size() > 1) {
            throw new ProblemException(Problem.of(400, "There is more than one Content-Type."));
        }
        if (headers.contains(ID)) {
            return;
        }
        for (String name : headers.names()) {
            if (meansId(name) && kept.stream().noneMatch(name::equalsIgnoreCase)) {
                throw new ProblemException(Problem.of(
                        400,
                        "There is no header " + Printable.of(name) + "; the id of a job is in the header " + ID + "."));
            }
        }
    }

    private static boolean meansId(String name) {
        return name.toLowerCase(Locale.ROOT).contains("idempot")
                || (name.length() >= SHORTEST && NearName.of(name, List.of(ID)).isPresent());
    }

    /**
     * @param values of one header, as the server passes them: a char for each byte
     * @return the value of all together (RFC 9110, 5.3), decoded if it is UTF-8; null if there is none
     */
    static @Nullable String value(List<String> values) {
        if (values.isEmpty()) {
            return null;
        }
        String raw = String.join(", ", values);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return raw;
        }
    }
}
