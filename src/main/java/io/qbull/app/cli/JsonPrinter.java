package io.qbull.app.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Prints a list as one JSON document on one line. Prints nothing before the first item or the end. */
final class JsonPrinter<T> implements ItemPrinter<T> {
    private final PrintWriter out;
    private final QueueName queue;
    private final String member;
    private final Function<T, ObjectNode> form;
    private final JsonGenerator document;

    JsonPrinter(PrintWriter out, QueueName queue, String member, Function<T, ObjectNode> form) {
        this.out = out;
        this.queue = queue;
        this.member = member;
        this.form = form;
        this.document = Json.stream(out);
    }

    @Override
    public void print(T item) {
        try {
            begin();
            document.writeTree(form.apply(item));
            document.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void end(@Nullable String next) {
        try {
            begin();
            document.writeEndArray();
            document.writeStringField("next", next);
            document.writeEndObject();
            document.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println();
    }

    /** Ends a list that is complete and never continues. */
    void end() {
        try {
            document.writeEndArray();
            document.writeEndObject();
            document.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println();
    }

    private void begin() throws IOException {
        if (document.getOutputContext().inRoot()) {
            document.writeStartObject();
            document.writeStringField("queue", queue.value());
            document.writeArrayFieldStart(member);
        }
    }
}
