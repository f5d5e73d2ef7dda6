package io.qbull.app.corpus;

import java.util.List;

/**
 * A request, and what must become of it.
 *
 * @param name what is special about it
 * @param target of the POST; characters stand for bytes
 * @param headers likewise
 * @param status of the answer
 * @param reasons parts of the answer, if something is refused
 * @param stored what must be in the queue afterwards, and nothing else
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record RequestCase(
        String name,
        String target,
        List<String> headers,
        byte[] body,
        int status,
        List<String> reasons,
        List<StoredJob> stored) {
    @Override
    public String toString() {
        return name;
    }
}
