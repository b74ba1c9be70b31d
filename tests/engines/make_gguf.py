"""Makes a tiny language model (GGUF) that always says what is written, for a real llama.cpp.

Each piece of the script is a token of its own, the only layer does nothing, and the output matrix
leads from each token to the next one: a chain, not a model. Everything around it is real: the
tokenizer, the chat template, sampling, grammars, the server.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

CONTEXT_TOKENS = 2048
_HEADS = 4
_FEED_FORWARD = 64
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_PAD, _BEGIN, _END = range(3)
_MERGES = ("t h", "i n")
_CERTAIN = 2.0
_TEMPLATE = """\
{%- if tools %}<|im_start|>system
# Tools

You may call one or more functions. Function signatures are within <tools></tools> XML tags:
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}
{%- if message.role == 'tool' %}<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% else %}<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def make_scripted_gguf(
    path: Path, *pieces: str, loops: bool = False, context_tokens: int = CONTEXT_TOKENS
) -> Path:
    """Write a model that says these pieces one after the other, then ends.

    Args:
        path: The file to write, about 2 MB.
        pieces: Distinct texts, each longer than one byte; together they are what is said.
        loops: Say them again and again instead of ending.
        context_tokens: The longest prompt; a byte of the prompt is about a token.
    """
    letters = _byte_letters()
    words = ["".join(letters[byte] for byte in piece.encode()) for piece in pieces]
    known = [*_SPECIAL, *letters, *(merge.replace(" ", "") for merge in _MERGES)]
    assert len(set(words)) == len(words), "pieces must be distinct"
    assert not set(words) & set(known), "pieces must be longer than one byte"
    tokens = known + words
    ids = list(range(len(known), len(tokens)))
    line_end = len(_SPECIAL) + ord("\n")  # the last token of the prompt
    follows = dict(zip([line_end, *ids], [*ids, ids[0] if loops else _END], strict=True))
    writer = gguf.GGUFWriter(path, "llama")
    size = -(-len(tokens) // 64) * 64
    writer.add_context_length(context_tokens)
    _write_shape(writer, size, len(tokens))
    _write_vocabulary(writer, tokens, len(known))
    _write_weights(writer, size, len(tokens), follows)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _byte_letters() -> list[str]:
    """GPT-2's letter for each byte: printable ones are themselves, the others follow U+0100."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = [byte for byte in range(256) if byte not in printable]
    return [chr(byte if byte in printable else 256 + hidden.index(byte)) for byte in range(256)]


def _write_shape(writer: gguf.GGUFWriter, size: int, vocabulary: int) -> None:
    writer.add_embedding_length(size)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_FEED_FORWARD)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(size // _HEADS)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _write_vocabulary(writer: gguf.GGUFWriter, tokens: list[str], known: int) -> None:
    kinds = [gguf.TokenType.CONTROL] * len(_SPECIAL)
    kinds += [gguf.TokenType.NORMAL] * (known - len(_SPECIAL))
    # Marks like <tool_call> are found in a text before it is split into words.
    kinds += [
        gguf.TokenType.USER_DEFINED if token.startswith("<") else gguf.TokenType.NORMAL
        for token in tokens[known:]
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(list(_MERGES))
    writer.add_bos_token_id(_BEGIN)
    writer.add_eos_token_id(_END)
    writer.add_pad_token_id(_PAD)
    writer.add_add_bos_token(False)
    writer.add_chat_template(_TEMPLATE)


def _write_weights(
    writer: gguf.GGUFWriter, size: int, vocabulary: int, follows: dict[int, int]
) -> None:
    embedding = np.zeros((vocabulary, size), np.float32)
    embedding[np.arange(vocabulary), np.arange(vocabulary)] = 1.0
    output = np.zeros((vocabulary, size), np.float32)
    output[_END, :] = 0.3  # after anything outside the script the model ends
    for token, next_token in follows.items():
        output[:, token] = 0.0
        output[next_token, token] = _CERTAIN
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output.weight", output)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(size, np.float32))
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((size, size), np.float32))
    for name in ("ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((_FEED_FORWARD, size), np.float32))
    writer.add_tensor("blk.0.ffn_down.weight", np.zeros((size, _FEED_FORWARD), np.float32))
