package io.qbull.ops.held;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.ItemView;
import io.qbull.ops.Summary;
import io.qbull.store.HeldKeyTable.HeldKey;

/** How held keys are shown. */
public final class HeldView implements ItemView<HeldKey> {
    @Override
    public String member() {
        return HeldJson.MEMBER;
    }

    @Override
    public ObjectNode json(HeldKey item) {
        return HeldJson.of(item);
    }

    @Override
    public String head() {
        return HeldTable.head();
    }

    @Override
    public String row(HeldKey item) {
        return HeldTable.row(item);
    }

    @Override
    public ObjectNode json(QueueName queue, Change change, Summary summary) {
        return HeldJson.summary(queue, change, summary);
    }

    @Override
    public String sentence(Change change, Summary summary) {
        return HeldTable.sentence(change, summary);
    }
}
