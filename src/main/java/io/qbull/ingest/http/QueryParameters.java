package io.qbull.ingest.http;

import io.qbull.model.NearName;
import io.qbull.model.Printable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The query of a request. Each parameter is known and there at most once: one that is ignored, or of which one value is ignored, would
 * change what its sender means.
 *
 * @param raw values by name, still encoded
 * @param how to write the request; part of refusals
 */
record QueryParameters(Map<String, String> raw, String how) {
    /**
     * @param query as sent, without the question mark; null = none
     * @param known names of parameters
     * @param how to write the request, such as {@code ; write …}
     * @throws ProblemException if a parameter is not known, or there twice, or its name is not percent-encoded UTF-8
     */
    static QueryParameters parse(@Nullable String query, List<String> known, String how) throws ProblemException {
        Map<String, String> raw = new HashMap<>();
        for (String pair : (query == null ? "" : query).split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = PercentEncoding.decode(equals < 0 ? pair : pair.substring(0, equals));
            if (pair.isEmpty()) {
                continue;
            }
            if (!known.contains(name)) {
                throw unknown(name, known, how);
            }
            if (raw.put(name, equals < 0 ? "" : pair.substring(equals + 1)) != null) {
                throw ProblemException.bad("The query has more than one " + name + how);
            }
        }
        return new QueryParameters(Map.copyOf(raw), how);
    }

    private static ProblemException unknown(String name, List<String> known, String how) {
        String hint = NearName.of(name, known)
                .map(near -> "; did you mean " + near + "?")
                .orElse("; there are only " + String.join(", ", known) + how + ".");
        return new ProblemException(Problem.of(
                400, "There is no query parameter '" + Printable.of(name) + "'" + hint + " Nothing was done."));
    }

    /**
     * @param name of a parameter
     * @return its value, still encoded; null if it is missing
     */
    @Nullable
    String get(String name) {
        return raw.get(name);
    }
}
