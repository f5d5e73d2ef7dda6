package io.qbull.it;

import io.qbull.store.DeadLetters;
import io.qbull.store.DelayedJobs;
import io.qbull.store.DeletionTable;
import io.qbull.store.Examiner;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.Inspector;
import io.qbull.store.JobLog;
import io.qbull.store.LayoutTable;
import io.qbull.store.LeaseTable;
import io.qbull.store.PauseTable;
import io.qbull.store.ResizeTable;
import io.qbull.store.SourceTable;
import io.qbull.store.Store;
import io.qbull.store.WakeUps;
import java.util.function.Consumer;

/** A store that writes down what its pod asks as an owner, and what Redis answers. */
final class LoggedStore implements Store {
    private final Store store;
    private final JobLog jobs;
    private final HeldJobs held;
    private final LeaseTable leases;

    LoggedStore(Store store, EventLog log) {
        this.store = store;
        this.jobs = new LoggedJobs(store.jobs(), log);
        this.held = new LoggedHeldJobs(store.held(), log);
        this.leases = new LoggedLeases(store.leases(), log);
    }

    @Override
    public JobLog jobs() {
        return jobs;
    }

    @Override
    public HeldJobs held() {
        return held;
    }

    @Override
    public DelayedJobs delayed() {
        return store.delayed();
    }

    @Override
    public LeaseTable leases() {
        return leases;
    }

    @Override
    public LayoutTable layouts() {
        return store.layouts();
    }

    @Override
    public ResizeTable resize() {
        return store.resize();
    }

    @Override
    public SourceTable sources() {
        return store.sources();
    }

    @Override
    public Examiner examiner() {
        return store.examiner();
    }

    @Override
    public Inspector inspector() {
        return store.inspector();
    }

    @Override
    public DeadLetters deadLetters() {
        return store.deadLetters();
    }

    @Override
    public HeldKeyTable heldKeys() {
        return store.heldKeys();
    }

    @Override
    public WakeUps wakeUps() {
        return store.wakeUps();
    }

    @Override
    public PauseTable pauses() {
        return store.pauses();
    }

    @Override
    public DeletionTable deletions() {
        return store.deletions();
    }

    @Override
    public void onPrimaryChange(Consumer<String> listener) {
        store.onPrimaryChange(listener);
    }

    @Override
    public void close() {
        store.close();
    }
}
