package io.qbull.ops.dead;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.DeadLetter;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.ItemView;
import io.qbull.ops.Summary;

/** How dead letters are shown. */
public final class DeadView implements ItemView<DeadLetter> {
    @Override
    public String member() {
        return DeadJson.MEMBER;
    }

    @Override
    public ObjectNode json(DeadLetter item) {
        return DeadJson.of(item);
    }

    @Override
    public String head() {
        return DeadTable.head();
    }

    @Override
    public String row(DeadLetter item) {
        return DeadTable.row(item);
    }

    @Override
    public ObjectNode json(QueueName queue, Change change, Summary summary) {
        return DeadJson.summary(queue, change, summary);
    }

    @Override
    public String sentence(Change change, Summary summary) {
        return DeadTable.sentence(change, summary);
    }
}
