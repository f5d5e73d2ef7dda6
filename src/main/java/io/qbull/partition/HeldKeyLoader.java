package io.qbull.partition;

import io.qbull.store.HeldJobs.Page;

/** Reads, page by page, which keys were held under the previous owner. On the event loop. */
final class HeldKeyLoader {
    private final LeasedPartition partition;
    private final Runnable loaded;

    /**
     * @param partition whose keys are read
     * @param loaded called once, when all held keys are known
     */
    HeldKeyLoader(LeasedPartition partition, Runnable loaded) {
        this.partition = partition;
        this.loaded = loaded;
    }

    /**
     * @param afterCrash whether the previous owner may have died over the first job of a held key
     */
    void start(boolean afterCrash) {
        load(Page.START, afterCrash);
    }

    private void load(String cursor, boolean afterCrash) {
        partition.commands().perform(() -> partition.store().held().keys(partition.lease(), cursor), answer -> {
            if (answer instanceof Page.Keys page) {
                long now = partition.now();
                page.keys().forEach((key, pause) -> partition.held().load(key, pause, afterCrash, now));
                if (page.cursor().equals(Page.START)) {
                    loaded.run();
                } else {
                    load(page.cursor(), afterCrash);
                }
            }
        });
    }
}
