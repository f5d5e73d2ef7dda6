package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.Durations;
import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.ops.ItemView;
import io.qbull.ops.Listing;
import io.qbull.ops.dead.DeadFilter;
import io.qbull.ops.dead.DeadLetterAdmin;
import io.qbull.ops.dead.DeadView;
import io.qbull.store.Store;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Selects dead letters. */
final class DeadSelection extends Selection<DeadLetter, DeadPlace> {
    @Option(names = "--id", paramLabel = "ID", description = "Selects jobs with this id, or the letter at this place.")
    private @Nullable String id;

    @Option(names = "--key", paramLabel = "KEY", description = "Selects jobs with this key.")
    private @Nullable String key;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Selects letters whose reason contains this text.")
    private @Nullable String reason;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Selects letters buried since then: 2026-11-24T08:00:00Z, or 30m, 2h ago.")
    private @Nullable String since;

    @Override
    boolean narrowed() throws CliException {
        return !filter(Instant.EPOCH).equals(DeadFilter.ALL);
    }

    @Override
    String options() {
        return "--id, --key, --reason or --since";
    }

    @Override
    String choice() {
        return "Say which ones by " + options() + ", or --all";
    }

    @Override
    DeadPlace place(String text) {
        return DeadPlace.parse(text);
    }

    @Override
    DeadPlace start() {
        return DeadPlace.START;
    }

    @Override
    ItemView<DeadLetter> view() {
        return new DeadView();
    }

    @Override
    CompletionStage<Optional<Listing<DeadLetter, DeadPlace>>> list(
            Store store, QueueName queue, DeadPlace after, int most) throws CliException {
        return list(store, queue, after, most, 0);
    }

    /** Lists letters with their bodies, of which at most so many bytes are read. */
    CompletionStage<Optional<Listing<DeadLetter, DeadPlace>>> list(
            Store store, QueueName queue, DeadPlace after, int most, int longestBody) throws CliException {
        return admin(store).list(queue, filter(store, queue), after, most, longestBody);
    }

    @Override
    CompletionStage<Optional<Snapshot>> snapshot(Store store, QueueName queue) throws CliException {
        DeadLetterAdmin admin = admin(store);
        DeadFilter filter = filter(store, queue);
        return admin.snapshot(queue)
                .thenApply(found -> found.map(snapshot -> change -> admin.change(queue, filter, change, snapshot)));
    }

    @Override
    String counted(long count, QueueName queue) {
        return count + " dead letters of " + queue;
    }

    @Override
    Optional<String> missing(QueueName queue) {
        return id == null ? Optional.empty() : Optional.of(noLetter(queue));
    }

    static String noLetter(QueueName queue) {
        return "There is no such dead letter in " + queue;
    }

    private static DeadLetterAdmin admin(Store store) {
        return new DeadLetterAdmin(store.deadLetters());
    }

    /** Counts back from the time at the server, which has dated the letters: the clock here may be another one. */
    private DeadFilter filter(Store store, QueueName queue) throws CliException {
        if (since == null) {
            return filter(Instant.EPOCH);
        }
        long now = StoreAccess.await(store.deadLetters().stock(new PartitionId(queue, 0)))
                .nowMillis();
        return filter(Instant.ofEpochMilli(now));
    }

    private DeadFilter filter(Instant now) throws CliException {
        return new DeadFilter(id, key, reason, since == null ? null : since(since, now));
    }

    private static Instant since(String text, Instant now) throws CliException {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return now.minus(Durations.read("--since", text));
        }
    }
}
