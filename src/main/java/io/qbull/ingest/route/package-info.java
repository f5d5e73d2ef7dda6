/**
 * The way of the records of files and bulk requests through a YAML route. {@code RecordFeed} collects records, {@code RecordRoute}
 * sends each collection as the body of one exchange to the endpoint {@code direct:} of the route, and the producer of the queue adds each
 * record through its {@code RecordMessage}, which knows the place of the record in its source.
 *
 * <p>A source continues with its first record that is not answered, and Redis keeps one offset for each partition. So no record is
 * added after one of the same source that failed and is to be tried again, and none before an earlier one that may still be added
 * ({@code RecordBatch}).
 */
@NullMarked
package io.qbull.ingest.route;

import org.jspecify.annotations.NullMarked;
