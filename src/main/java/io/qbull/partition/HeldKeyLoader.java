package io.qbull.partition;

import io.qbull.store.HeldJobs.Mending;
import io.qbull.store.HeldJobs.Page;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, page by page, which keys were held under the previous owner. If jobs that wait have come apart from their places, because
 * somebody deleted keys in Redis, they are tied together first. On the event loop.
 */
final class HeldKeyLoader {
    private static final Logger LOG = LoggerFactory.getLogger(HeldKeyLoader.class);

    private final LeasedPartition partition;
    private final Runnable loaded;
    private boolean done;

    /**
     * @param partition whose keys are read
     * @param loaded called once, when all held keys are known
     */
    HeldKeyLoader(LeasedPartition partition, Runnable loaded) {
        this.partition = partition;
        this.loaded = loaded;
    }

    /** Whether all held keys are known. */
    boolean done() {
        return done;
    }

    /**
     * @param afterCrash whether the previous owner may have died over the first job of a held key
     */
    void start(boolean afterCrash) {
        load(Page.CHECK, afterCrash);
    }

    private void load(String cursor, boolean afterCrash) {
        partition.commands().perform(() -> partition.store().held().keys(partition.lease(), cursor), answer -> {
            if (answer instanceof Page.Broken) {
                mend(new Mending.Mended(Page.START, 0, 0, 0), afterCrash);
            } else if (answer instanceof Page.Keys page) {
                long now = partition.now();
                page.keys().forEach((key, pause) -> partition.held().load(key, pause, afterCrash, now));
                if (page.cursor().equals(Page.START)) {
                    done = true;
                    loaded.run();
                } else {
                    load(page.cursor(), afterCrash);
                }
            }
        });
    }

    private void mend(Mending.Mended before, boolean afterCrash) {
        partition
                .commands()
                .perform(() -> partition.store().held().mend(partition.lease(), before.cursor()), answer -> {
                    if (answer instanceof Mending.Mended page) {
                        Mending.Mended all = new Mending.Mended(
                                page.cursor(),
                                before.putBack() + page.putBack(),
                                before.lost() + page.lost(),
                                before.buried() + page.buried());
                        if (all.cursor().equals(Page.START)) {
                            LOG.warn(
                                    "{} keys about waiting jobs were lost in Redis: {} jobs were put back in order, {} are lost,"
                                            + " {} are dead letters now",
                                    partition.lease(),
                                    all.putBack(),
                                    all.lost(),
                                    all.buried());
                            load(Page.START, afterCrash);
                        } else {
                            mend(all, afterCrash);
                        }
                    }
                });
    }
}
