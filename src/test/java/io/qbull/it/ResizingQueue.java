package io.qbull.it;

import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.Pause.Scope;
import io.qbull.model.QueueName;
import io.qbull.ops.resize.ResizeAdmin;
import io.qbull.ops.resize.ResizeAdmin.Preview;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.PauseTable.End;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.Patience;
import java.time.Duration;
import java.util.Set;

/** Begins resizes of a scene's queue, and leaves them to its pods. */
final class ResizingQueue implements AutoCloseable {
    private static final QueueName QUEUE = new QueueName(Scene.QUEUE);

    private final RedisStore store;
    private final Resizer resizer;

    ResizingQueue(Scene scene) {
        store = RedisStore.open(new RedisSettings(scene.redis.uri(), Duration.ofSeconds(5)));
        resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
    }

    /** Returns when it is on record. */
    void resizes(int partitions) {
        Beginning beginning =
                resizer.begin(QUEUE, partitions).toCompletableFuture().join();
        if (!(beginning instanceof Beginning.UnderWay)) {
            throw new IllegalStateException("not begun: " + beginning);
        }
    }

    /** Lets no more jobs start. */
    void pause() {
        store.pauses()
                .pause(QUEUE, new Scope.Queue(), "test", "", End.OPEN)
                .toCompletableFuture()
                .join();
    }

    /** Ends {@link #pause}. */
    void resume() {
        store.pauses()
                .resume(QUEUE, Set.of(new Scope.Queue()))
                .toCompletableFuture()
                .join();
    }

    /** How long a key would wait at most, as a dry run says. */
    Duration forecast(int partitions) {
        Preview preview = new ResizeAdmin(store)
                .preview(QUEUE, partitions)
                .toCompletableFuture()
                .join()
                .orElseThrow();
        return ((Preview.Possible) preview).forecast().longestPause();
    }

    /** Waits until the pods have finished it. */
    void awaitDone() {
        await("the resize is done")
                .atMost(Patience.LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> resizer.status(QUEUE).toCompletableFuture().join().progress() == null);
    }

    @Override
    public void close() {
        store.close();
    }
}
