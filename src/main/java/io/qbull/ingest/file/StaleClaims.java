package io.qbull.ingest.file;

import io.qbull.engine.QueueNode;
import io.qbull.engine.QueueWriter;
import io.qbull.model.FileClaim;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the claims in Redis with the files of the inbox. A crash can leave the claim of a finished file, which is dropped; if
 * the file of a claim is gone, a person must decide.
 */
final class StaleClaims {
    private static final Logger LOG = LoggerFactory.getLogger(StaleClaims.class);

    private final FileContext context;
    private final FileProblems problems;

    StaleClaims(FileContext context, FileProblems problems) {
        this.context = context;
        this.problems = problems;
    }

    /** Does not wait for Redis. */
    void check(QueueName queue, QueueWriter writer) {
        QueueNode node = writer.node();
        node.claims()
                .thenAccept(claims -> claims.forEach((source, claim) -> {
                    if (claim.inbox().equals(context.inboxId())) {
                        check(node, queue, source, claim);
                    }
                }));
    }

    private void check(QueueNode node, QueueName queue, SourceId source, FileClaim claim) {
        switch (context.inbox().find(queue, source, claim.file())) {
            case WORK -> LOG.trace("{} is being read or will be", source);
            case DONE -> {
                context.inbox().sync(queue);
                node.drop(source);
            }
            case NOWHERE ->
                problems.report(
                        "queue=" + queue + " file=" + claim.file() + " ulid=" + source,
                        "was being read by pod " + claim.pod()
                                + " and is gone: put it back into .work, or give it up with ./qbull files forget "
                                + queue + " " + source);
        }
    }
}
