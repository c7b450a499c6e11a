def daily():
    from reportlab.pdfgen import canvas

    page = canvas.Canvas("daily.pdf", invariant=1)
    page.drawString(10, 10, "daily")
    return page.getpdfdata()[:5].decode()
