package io.qbull.ops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;

/**
 * Shows the items of one kind, and what became of a change of them: dead letters or held keys.
 *
 * @param <T> an item
 */
public interface ItemView<T> {
    /**
     * @return the name of the array that has the items in a JSON document
     */
    String member();

    /**
     * @param item an item
     * @return its JSON form in a list
     */
    ObjectNode json(T item);

    /**
     * @return the heading of a table, a complete line
     */
    String head();

    /**
     * @param item an item
     * @return its row in a table, a complete line that is safe to print
     */
    String row(T item);

    /**
     * @param queue whose
     * @param change that was made
     * @param summary what became of it
     * @return the figures
     */
    ObjectNode json(QueueName queue, Change change, Summary summary);

    /**
     * @param change that was made
     * @param summary what became of it
     * @return a sentence without its full stop
     */
    String sentence(Change change, Summary summary);
}
