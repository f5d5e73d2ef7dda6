package io.qbull.app.cli;

import io.qbull.app.redis.StoreAccess;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.ops.ItemView;
import io.qbull.ops.Listing;
import io.qbull.ops.held.HeldKeyAdmin;
import io.qbull.ops.held.HeldPlace;
import io.qbull.ops.held.HeldView;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.Store;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Selects held keys. */
final class HeldSelection extends Selection<HeldKey, HeldPlace> {
    @Option(names = "--key", paramLabel = "KEY", description = "Selects this key.")
    private @Nullable String key;

    @Override
    boolean narrowed() {
        return key != null;
    }

    @Override
    String options() {
        return "--key";
    }

    @Override
    String choice() {
        return "Say which one by --key, or --all";
    }

    @Override
    HeldPlace place(String text) {
        return HeldPlace.parse(text);
    }

    @Override
    HeldPlace start() {
        return HeldPlace.START;
    }

    @Override
    ItemView<HeldKey> view() {
        return new HeldView();
    }

    @Override
    CompletionStage<Optional<Listing<HeldKey, HeldPlace>>> list(
            Store store, QueueName queue, HeldPlace after, int most) {
        return StoreAccess.heldKeyAdmin(store).list(queue, key, after, most);
    }

    @Override
    CompletionStage<Optional<Snapshot>> snapshot(Store store, QueueName queue) {
        HeldKeyAdmin admin = StoreAccess.heldKeyAdmin(store);
        return admin.snapshot(queue)
                .thenApply(found -> found.map(snapshot -> change -> admin.change(queue, key, change, snapshot)));
    }

    @Override
    String counted(long count, QueueName queue) {
        return "the first job of " + count + " keys of " + queue;
    }

    @Override
    Optional<String> missing(QueueName queue) {
        return Optional.ofNullable(key)
                .map(named -> "The key " + Printable.of(named) + " of " + queue + " is not held by a failed job");
    }
}
