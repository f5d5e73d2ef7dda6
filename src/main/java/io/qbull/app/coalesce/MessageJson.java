package io.qbull.app.coalesce;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.model.MediaType;
import io.qbull.model.Utf8;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Writes a message as an element of a JSON array: JSON unchanged, other text as a string. */
final class MessageJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private MessageJson() {}

    /**
     * @param message of a {@code qbull:} consumer
     * @throws UnfitMessageException if its body is not text
     */
    static String of(Message message) {
        try {
            Object body = message.getBody();
            if (body instanceof Map<?, ?> fields) {
                Map<String, @Nullable Object> texts = new LinkedHashMap<>();
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    texts.put(text(field.getKey()), text(field.getValue()));
                }
                return MAPPER.writeValueAsString(texts);
            }
            String text = body == null ? "" : text(body);
            boolean json = saysJson(message.getHeader(Exchange.CONTENT_TYPE, String.class)) && isJson(text);
            return json ? text.strip() : MAPPER.writeValueAsString(text);
        } catch (IOException e) {
            throw new UnfitMessageException("the body is not text in UTF-8", e);
        }
    }

    private static String text(Object value) throws CharacterCodingException {
        return value instanceof byte[] bytes ? Utf8.decode(bytes) : String.valueOf(value);
    }

    private static boolean saysJson(@Nullable String contentType) {
        String type = MediaType.of(contentType);
        return type.equals("application/json") || type.endsWith("+json");
    }

    /** Whether the text is one JSON value and nothing else. */
    private static boolean isJson(String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
