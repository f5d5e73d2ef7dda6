package io.qbull.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Builds and writes JSON, the same way for the API and for the command line. Thread-safe. */
public final class Json {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Json() {}

    /**
     * @param node made by this class
     * @return UTF-8 on one line
     */
    public static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers cannot be written as JSON", e);
        }
    }

    /**
     * @param node made by this class
     * @return one line, without its end
     */
    public static String text(JsonNode node) {
        return new String(bytes(node), StandardCharsets.UTF_8);
    }

    /**
     * For a document that is too large for the memory. A document that is not written to its end stays open, so that nobody takes a
     * part for the whole.
     *
     * @param out stays open
     * @return writes a document piece by piece; flush it, do not share it between threads
     */
    public static JsonGenerator stream(Writer out) {
        try {
            return JSON.createGenerator(out)
                    .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
        } catch (IOException e) {
            throw new IllegalStateException("nothing is written yet", e);
        }
    }

    /**
     * @return an empty array
     */
    public static ArrayNode array() {
        return JSON.createArrayNode();
    }

    /**
     * @param value strings, numbers, maps and lists of them
     * @return the same as a tree
     */
    public static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    /**
     * @return an empty object
     */
    public static ObjectNode object() {
        return JSON.createObjectNode();
    }
}
