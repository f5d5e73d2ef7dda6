package io.qbull.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Builds and writes JSON trees, the same way for the API and for the command line. Thread-safe. */
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
            throw new IllegalStateException("a tree of strings and numbers became no JSON", e);
        }
    }

    public static ArrayNode array() {
        return JSON.createArrayNode();
    }

    public static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }
}
