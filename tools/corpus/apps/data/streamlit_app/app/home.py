import pandas as pd
import plotly.express as px
import streamlit as st

st.title("Sales")
count = st.slider("count", 1, 10, 3)
table = pd.DataFrame({"day": range(count), "sold": [day * 2 for day in range(count)]})
st.metric("total", int(table.sold.sum()))
st.dataframe(table)
st.line_chart(table, x="day", y="sold")
st.plotly_chart(px.bar(table, x="day", y="sold"))
st.map(pd.DataFrame({"lat": [52.5], "lon": [13.4]}))
