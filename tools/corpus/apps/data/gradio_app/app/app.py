import os

import gradio as gr


def shout(text):
    return text.upper()


with gr.Blocks(title="Shout") as demo:
    text, out = gr.Textbox(), gr.Textbox()
    gr.Image()
    gr.Dataframe()
    gr.Button().click(shout, text, out, api_name="shout")

demo.launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]), share=False)
