package io.qbull.it;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Work on another thread than the test's. */
final class Background {
    private Background() {}

    /** Work that may throw. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    static CompletableFuture<Void> run(Task task) {
        return CompletableFuture.runAsync(() -> {
            try {
                task.run();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }
}
