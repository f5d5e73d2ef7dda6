package io.qbull.app.coalesce;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.support.DefaultExchangeHolder;

/** Camel's exchanges as bytes. Whoever can write to Redis cannot make us read objects of any class but these. */
final class Holders {
    private static final ObjectInputFilter FILTER = ObjectInputFilter.Config.createFilter(
            Stream.<Class<?>>of(DefaultExchangeHolder.class, Window.class, LinkedHashMap.class, ArrayList.class)
                            .map(Class::getName)
                            .collect(Collectors.joining(";"))
                    + ";java.util.HashMap;java.util.Map$Entry;java.lang.*;!*");

    private Holders() {}

    static byte[] write(DefaultExchangeHolder holder) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(holder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static DefaultExchangeHolder read(byte[] bytes) throws IOException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(FILTER);
            return (DefaultExchangeHolder) in.readObject();
        } catch (ClassNotFoundException | ClassCastException e) {
            throw new IOException("no exchange", e);
        }
    }

    /** As Redis' {@code sha1hex}: tells states apart, and protects from nothing. */
    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
