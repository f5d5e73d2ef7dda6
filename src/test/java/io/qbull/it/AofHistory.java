package io.qbull.it;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.Owner;
import io.qbull.it.History.Place;
import io.qbull.model.StreamId;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Redis's own order of events, from its append-only file, which has each change of an epoch and each removal of an entry in the order
 * in which the server made them.
 */
public final class AofHistory {
    private final Pattern lease;
    private final Pattern stream;
    private final Map<Integer, Long> epochs = new HashMap<>();
    private final Map<Place, Long> removedUnder = new HashMap<>();
    private final List<Violation> backwards = new ArrayList<>();

    /**
     * @param queue name of the queue to read
     */
    AofHistory(String queue) {
        this.lease = Pattern.compile(Pattern.quote("{" + queue + ":") + "(\\d+)" + Pattern.quote("}:lease"));
        this.stream = Pattern.compile(Pattern.quote(queue + ":") + "(\\d+)");
    }

    /**
     * @param file an append-only file with commands only, without a snapshot in front; an incomplete end is skipped
     */
    void read(Path file) throws IOException {
        each(file, this::apply);
    }

    /**
     * A server that is killed while it writes a transaction leaves the beginning of it, and its next life goes on behind that. Nothing
     * of it was carried out, so it is left out here.
     *
     * @param file as for {@link #read}
     * @param take receives each command in the server's order, bytes as characters
     */
    public static void each(Path file, Consumer<List<String>> take) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            List<List<String>> transaction = null;
            for (List<String> command = next(in); command != null; command = next(in)) {
                if (command.get(0).equalsIgnoreCase("MULTI")) {
                    transaction = new ArrayList<>();
                } else if (command.get(0).equalsIgnoreCase("EXEC")) {
                    Objects.requireNonNull(transaction, "EXEC without MULTI").forEach(take);
                    transaction = null;
                } else if (transaction == null) {
                    take.accept(command);
                } else {
                    transaction.add(command);
                }
            }
        }
    }

    /** One command of the server, in its order. */
    void apply(List<String> command) {
        String verb = command.get(0).toUpperCase(Locale.ROOT);
        if ("HSET".equals(verb) || "HMSET".equals(verb)) {
            Matcher m = lease.matcher(command.get(1));
            for (int i = 2; m.matches() && i + 1 < command.size(); i += 2) {
                if ("epoch".equals(command.get(i))) {
                    raise(Integer.parseInt(m.group(1)), Long.parseLong(command.get(i + 1)));
                }
            }
        } else if ("XDEL".equals(verb)) {
            Matcher m = stream.matcher(command.get(1));
            for (int i = 2; m.matches() && i < command.size(); i++) {
                int partition = Integer.parseInt(m.group(1));
                removedUnder.put(
                        new Place(partition, StreamId.parse(command.get(i))), epochs.getOrDefault(partition, 0L));
            }
        }
    }

    private void raise(int partition, long epoch) {
        Long before = epochs.put(partition, epoch);
        if (before != null && before > epoch) {
            backwards.add(new Violation(
                    Violation.Kind.STALE_OWNER_ACCEPTED,
                    "epoch of partition " + partition + " went from " + before + " back to " + epoch));
        }
    }

    /**
     * Checks that each removal was sent under the epoch that was in force when Redis made it.
     *
     * @param history what the pods logged
     * @param violations receives each contradiction
     * @return number of removals compared
     */
    int compare(History history, Consumer<Violation> violations) {
        backwards.forEach(violations);
        Ledger ledger = new Ledger(history);
        removedUnder.forEach((place, epoch) -> {
            boolean sent = Stream.of(ledger.removals, ledger.moves)
                    .flatMap(each -> each.getOrDefault(place, List.of()).stream())
                    .anyMatch(
                            r -> r.answer() != Answer.FENCED && r.owner().equals(new Owner(place.partition(), epoch)));
            if (!sent) {
                violations.accept(new Violation(
                        Violation.Kind.STALE_OWNER_ACCEPTED,
                        place + " was removed under epoch " + epoch + ", but the pods say "
                                + ledger.removals.getOrDefault(place, List.of())
                                + ledger.moves.getOrDefault(place, List.of())));
            }
        });
        return removedUnder.size();
    }

    private static @Nullable List<String> next(InputStream in) throws IOException {
        String header = line(in);
        while (header != null && header.startsWith("#")) {
            header = line(in);
        }
        if (header == null || !header.startsWith("*")) {
            return null;
        }
        List<String> words = new ArrayList<>();
        for (int i = Integer.parseInt(header.substring(1)); i > 0; i--) {
            String length = line(in);
            if (length == null) {
                return null;
            }
            byte[] word = in.readNBytes(Integer.parseInt(length.substring(1)));
            in.skipNBytes(2);
            words.add(new String(word, StandardCharsets.ISO_8859_1));
        }
        return words;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }
}
